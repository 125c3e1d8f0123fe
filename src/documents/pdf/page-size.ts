/** Width and height in points. */
export const PAGE_SIZES = { a4: [595.28, 841.89], letter: [612, 792] } as const;

export type PageSize = keyof typeof PAGE_SIZES;
