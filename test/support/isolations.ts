/** All isolations: for what they have in common. */
export const ISOLATIONS = ['in-process', 'worker-process', 'subprocess'] as const;
