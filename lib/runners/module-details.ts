import type { ExternalDescription } from '../support/shared-types.js';

/** What is known of a module once it is loaded, in any isolation. */
export interface ModuleDetails {
  /** Its file as it was given; the guest's program name comes of it. */
  file: string;
  /** Whether the guest runs as compiled code or is interpreted. */
  mode: 'aot' | 'interpreter';
  imports: readonly ExternalDescription[];
  exports: readonly ExternalDescription[];
}
