// The scales that figures of raters are drawn on.

/** Preferences given by chance are right this often, and go to what was shown first this often. */
export const CHANCE = 0.5;

/** Of shares where less than chance is rare; what lies below is drawn at the end. */
export const TRUST_SCALE = [0.3, 1] as const;

export const SHARE_SCALE = [0, 1] as const;
