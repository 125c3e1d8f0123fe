import { rgb } from '@cantoo/pdf-lib';

export type Colour = ReturnType<typeof rgb>;

export const INK = rgb(0.11, 0.13, 0.18);
export const SOFT = rgb(0.4, 0.42, 0.47);
export const HAIR = rgb(0.78, 0.76, 0.7);
export const GOLD = rgb(0.6, 0.46, 0.2);
export const RED = rgb(0.68, 0.12, 0.12);
export const GREEN = rgb(0.1, 0.42, 0.27);
