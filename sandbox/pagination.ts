export type PageQuery = { readonly page?: string; readonly limit?: string }

type Rule = { readonly perPage: number; readonly perPageMax: number }

/** The page that was asked for. Anything that is no number of 1 or more counts as not given. */
export function pageOf<Row>(rows: readonly Row[], { page, limit }: PageQuery, { perPage, perPageMax }: Rule) {
  const size = Math.min(positive(limit) ?? perPage, perPageMax)
  const current = positive(page) ?? 1
  const data = rows.slice((current - 1) * size, current * size)
  const pages = Math.max(1, Math.ceil(rows.length / size))
  const link = (to: number) => `?page=${to}&limit=${size}`
  return {
    data,
    pagination: {
      total: rows.length,
      count: data.length,
      per_page: size,
      current_page: current,
      total_pages: pages,
      links: {
        ...(current > 1 ? { previous: link(current - 1) } : {}),
        current: link(current),
        ...(current < pages ? { next: link(current + 1) } : {}),
      },
    },
  }
}

const positive = (text: string | undefined) => (/^[1-9]\d*$/.test(text ?? '') ? Number(text) : undefined)
