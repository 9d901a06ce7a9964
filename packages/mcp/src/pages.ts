import type { ListQuery, Page } from '@dhis2-files/client'

/** What `listing` of params.ts asks for. */
export interface ListInput {
  readonly filter?: string | readonly string[] | undefined
  readonly order?: string | readonly string[] | undefined
  readonly fields?: string | undefined
  readonly page?: number | undefined
  readonly page_size?: number | undefined
}

/** A list as a tool is asked for it, as the client takes it. */
export function listQuery({ filter, order, fields, page, page_size: pageSize }: ListInput): ListQuery {
  return { filter, order, fields, page, pageSize }
}

/** A page as a tool gives it. */
export function pageOf<T extends { readonly id: string }>({
  items,
  pager,
}: Page<T>): {
  result: (T & Record<string, unknown>)[]
  pager: { page: number; page_size: number; total: number | null; page_count: number | null }
} {
  return {
    result: [...items],
    pager: {
      page: pager.page,
      page_size: pager.pageSize,
      total: pager.total ?? null,
      page_count: pager.pageCount ?? null,
    },
  }
}
