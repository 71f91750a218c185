import type { ExternalDescription } from '../support/shared-types.js';

/** What is known about a loaded module, in any isolation. */
export interface ModuleDetails {
  /** Its file as given; the guest's program name is derived from it. */
  file: string;
  /** Whether the guest is compiled or interpreted. */
  mode: 'aot' | 'interpreter';
  imports: readonly ExternalDescription[];
  exports: readonly ExternalDescription[];
}
