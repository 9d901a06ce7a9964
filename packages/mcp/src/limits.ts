/** Bytes of a file that is sent inside a message, unless `--max-inline` says otherwise. */
export const DEFAULT_MAX_INLINE = 1_000_000

/**
 * The most that `--max-inline` may be. A message over stdio may have 10 MiB: text may double in JSON, and base64 adds a third.
 */
export const LARGEST_MAX_INLINE = 5_000_000

/** Characters of JSON that a tool answers at most: what an assistant reads should fit into its head. */
export const MAX_RESULT = 1_000_000

/** Rows of a page at most. */
export const MAX_PAGE_SIZE = 500

/** Bytes of a list of data values that is read at most: DHIS2 sends it in one answer. */
export const MAX_DATA_VALUE_LIST = 32_000_000
