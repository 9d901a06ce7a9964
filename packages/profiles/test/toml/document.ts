import fc from 'fast-check'

/** A line of a generated document, in pieces. */
export interface Line {
  /** Which profile it belongs to, and which of its keys it sets; of a header only the profile. */
  readonly profile?: string | undefined
  readonly key?: string | undefined
  readonly indent: string
  /** Before the profile's name; the name with its quotes; behind it up to the value; the value. */
  readonly before: string
  readonly name: string
  readonly after: string
  readonly value: string
  readonly gap: string
  readonly comment: string
}

export interface Document {
  readonly bom: string
  readonly newline: string
  readonly lines: readonly Line[]
  /** Whether the last line has an end. */
  readonly ended: boolean
  readonly names: readonly string[]
}

export function render({ bom, newline, lines, ended }: Document): string {
  const text = lines.map((line) => lineText(line)).join('\n')
  return bom + `${text}${ended && lines.length > 0 ? '\n' : ''}`.replaceAll('\n', newline)
}

export function lineText({ indent, before, name, after, value, gap, comment }: Line): string {
  return indent + before + name + after + value + gap + comment
}

const EMPTY: Line = { indent: '', before: '', name: '', after: '', value: '', gap: '', comment: '' }

const blank = fc.constantFrom('', ' ', '\t', '  ')
const indent = fc.constantFrom('', '', '  ', '\t')
const comment = fc.constantFrom('', '', '', '# note', '#[profiles.x]', '# token = "d2p_old" é €', '#"""')
const word = fc.constantFrom('region', 'notes', 'owner', 'x-y', '"a b"', "'q.r'", '"tëxt"')

/** Values, the strange ones first of all: text that looks like TOML. */
const value = fc.oneof(
  fc.constantFrom(
    '"plain"',
    "'literal \\ # no comment'",
    '"with \\"quotes\\" and = and # and [x]"',
    '"""\n[profiles.x]\ntoken = "no"\n"""',
    "'''\n[profiles.y]\n# no comment\n\"\"\"\n'''",
    '"""a\\\n   b ""quotes"" """',
    '"""ends with quotes"""""',
    "''''starts with one'''",
    '"\\u00e9 \\U0001F600 \\\\"',
    '[1, 2, 3]',
    '[\n  "a", # first\n  "]", # [profiles.z]\n  { b = "}" },\n]',
    '[[1, 2], ["x"]]',
    '{ a = 1, b.c = "}", "d e" = [1] }',
    '{}',
    '1979-05-27T07:32:00Z',
    '1979-05-27 07:32:00.5',
    '07:32:00',
    '0x1F',
    '-1_000',
    '9007199254740993',
    'inf',
    '-0.0',
    'true',
  ),
  fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text).replaceAll('\u007f', '\\u007f')),
)

const decorated = fc.record({ indent, gap: blank, comment, spaces: fc.tuple(blank, blank) })

const trivia = fc.oneof(
  fc.constant(EMPTY),
  comment.map((text): Line => ({ ...EMPTY, comment: text })),
  blank.map((gap): Line => ({ ...EMPTY, gap })),
)

const quotes = fc.constantFrom('', '', '"', "'")

function assignment(profile: string | undefined, prefix: string, name: string, key: string): fc.Arbitrary<Line> {
  return fc.tuple(value, decorated).map(([given, { spaces, comment: note, gap, indent: space }]): Line => {
    const dot = name === '' ? '' : '.'
    const shape = { before: prefix, name, after: `${dot}${key}${spaces[0]}=${spaces[1]}`, value: given }
    return { profile, key, indent: space, gap, comment: note, ...shape }
  })
}

const keys = fc.uniqueArray(fc.oneof(fc.constantFrom('base_url', 'auth', 'token', 'username'), word), {
  minLength: 1,
  maxLength: 5,
  selector: (key) => key.replaceAll(/["']/g, ''),
})

function mixed(lines: fc.Arbitrary<Line>[]): fc.Arbitrary<Line[]> {
  const withTrivia = lines.map((line) =>
    fc.tuple(fc.array(trivia, { maxLength: 2 }), line).map(([before, one]) => [...before, one]),
  )
  return fc.tuple(...withTrivia).map((groups) => groups.flat())
}

/** `[profiles.x]`, and perhaps `[profiles.x.more]` and `[[profiles.x.list]]` behind it. */
function byHeader(profile: string): fc.Arbitrary<Line[]> {
  const header = (before: string, after: string) =>
    fc.tuple(quotes, decorated).map(([quote, { spaces, comment: note, gap, indent: space }]): Line => {
      const shape = {
        before: `${before}${spaces[0]}`,
        name: `${quote}${profile}${quote}`,
        after: `${spaces[1]}${after}`,
      }
      return { ...EMPTY, profile, indent: space, gap, comment: note, ...shape }
    })
  const own = keys.chain((list) =>
    mixed([header('[profiles.', ']'), ...list.map((key) => assignment(profile, '', '', key))]),
  )
  const more = fc.option(
    fc
      .constantFrom(['[profiles.', '.more]'] as const, ['[[profiles.', '.list]]'] as const)
      .chain(([before, after]) => mixed([header(before, after), assignment(profile, '', '', 'deep')])),
    { nil: [] },
  )
  return fc.tuple(own, more).map(([first, second]) => [...first, ...second])
}

/** `x.base_url = …`, below `[profiles]` or with `profiles.` before it. */
function byDots(profile: string, prefix: string): fc.Arbitrary<Line[]> {
  return fc
    .tuple(keys, quotes)
    .chain(([list, quote]) => mixed(list.map((key) => assignment(profile, prefix, `${quote}${profile}${quote}`, key))))
}

const NAMES = ['x', 'prod', 'play_42', 'Z9']

/** Documents with profiles by headers and by dotted keys, and with everything else that TOML has. */
export const documents: fc.Arbitrary<Document> = fc
  .record({
    names: fc.shuffledSubarray(NAMES, { minLength: 1 }),
    bom: fc.constantFrom('', '', '\uFEFF'),
    newline: fc.constantFrom('\n', '\n', '\r\n'),
    ended: fc.boolean(),
    dotted: fc.constantFrom('root', 'section', 'none', 'none'),
  })
  .chain(({ names, bom, newline, ended, dotted }) => {
    const [first = '', ...others] = names
    const root = mixed([assignment(undefined, '', '', 'default'), assignment(undefined, '', '', 'zone')])
    const sectionHeader = fc.constant<Line>({ ...EMPTY, before: '[profiles]' })
    const styles: Record<string, fc.Arbitrary<Line[]>> = {
      root: byDots(first, 'profiles.'),
      section: fc.tuple(mixed([sectionHeader]), byDots(first, '')).map((parts) => parts.flat()),
      none: byHeader(first),
    }
    const other = fc
      .constantFrom('[other]', '[[other]]', '[other.profiles.x]')
      .chain((text) => mixed([fc.constant({ ...EMPTY, before: text }), assignment(undefined, '', '', 'token')]))
    const parts = [
      fc.option(root, { nil: [] }),
      styles[dotted] ?? styles['none'],
      ...others.map((name) => byHeader(name)),
      fc.option(other, { nil: [] }),
      fc.array(trivia, { maxLength: 3 }),
    ]
    return fc
      .tuple(...(parts as fc.Arbitrary<Line[]>[]))
      .map((lists) => ({ names, bom, newline, ended, lines: lists.flat() }))
  })
