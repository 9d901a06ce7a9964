// A list of file resources as long as wanted, made page by page. usage: node list-server.mjs <rows>
import { createServer } from 'node:http'

const rows = Number(process.argv[2])
const rowOf = (n) => ({
  id: `F${String(n).padStart(10, '0')}`,
  name: `scan-${n}.pdf`,
  created: '2026-01-01T00:00:00.000',
  lastUpdated: '2026-01-01T00:00:00.000',
  contentType: 'application/pdf',
  contentLength: n,
  contentMd5: '9e107d9d372bb6826bd81d3542a419d6',
  storageStatus: 'NONE',
  domain: 'DOCUMENT',
})

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const answer = (json) =>
    response
      .setHeader('content-type', 'application/json')
      .setHeader('set-cookie', 'JSESSIONID=1; Path=/')
      .end(JSON.stringify(json))
  if (pathname === '/api/system/info') return answer({ version: '2.43.0' })
  const page = Number(searchParams.get('page'))
  const pageSize = Number(searchParams.get('pageSize'))
  const first = (page - 1) * pageSize
  const fileResources = Array.from({ length: Math.max(0, Math.min(pageSize, rows - first)) }, (_, i) =>
    rowOf(first + i + 1),
  )
  answer({ pager: { page, pageSize, total: rows, pageCount: Math.ceil(rows / pageSize) }, fileResources })
})
server.listen(0, '127.0.0.1', () => console.log(`A list at http://127.0.0.1:${server.address().port}`))
