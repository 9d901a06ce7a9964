/** Whether an Accept header allows JSON. Absent and unreadable headers allow everything. */
export function acceptsJson(accept: string | null): boolean {
  if (accept === null || accept.trim() === '') return true
  return accept.split(',').some((entry) => {
    const [range = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false
    return (
      range === '*/*' || range === '*' || range === 'application/*' || /^application\/([\w.-]+\+)?json$/.test(range)
    )
  })
}
