/** All isolations: for what they have in common. */
export const ISOLATIONS = ['in-process', 'worker-process'] as const;
