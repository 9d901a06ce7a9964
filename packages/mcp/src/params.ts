import * as z from 'zod'
import { MAX_PAGE_SIZE } from './limits.js'

type Optional<T extends z.ZodType> = z.ZodOptional<T>
type Texts = z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>
type Grants = z.ZodRecord<z.ZodString, z.ZodObject<{ id: z.ZodString; access: z.ZodString }>>

/* Parameters that several tools take, and members that several give. */

export const uid = (what: string): z.ZodString =>
  z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{10}$/, 'must be a uid: a letter, then ten letters and digits')
    .describe(`Uid of ${what}.`)

/** Which DHIS2. */
export const profile: z.ZodOptional<z.ZodString> = z
  .string()
  .optional()
  .describe('Name of a profile, as profile_list gives it. Default: the one that the server was started with.')

/** Where a download goes. */
export const saving: {
  readonly path: Optional<z.ZodString>
  readonly overwrite: Optional<z.ZodBoolean>
} = {
  path: z
    .string()
    .optional()
    .describe(
      'Where to save the file, below a root of this server; relative paths are below the first. A folder, or a path with a slash at its end, takes the file’s own name. Missing folders are made. Without it the file comes inside the answer, if it is small enough.',
    ),
  overwrite: z
    .boolean()
    .optional()
    .describe(
      'Whether a file of that name may be replaced. Default false. Needs a server that was started with --write.',
    ),
}

/** Which copy of an image. */
export const dimension: Optional<
  z.ZodEnum<{ SMALL: 'SMALL'; MEDIUM: 'MEDIUM'; LARGE: 'LARGE'; ORIGINAL: 'ORIGINAL' }>
> = z
  .enum(['SMALL', 'MEDIUM', 'LARGE', 'ORIGINAL'])
  .optional()
  .describe('Of an image: a copy 256, 512 or 1024 pixels wide, whose MD5 is not known. Default the original.')

/** Where an upload comes from. */
export const uploading: {
  readonly [K in 'path' | 'text' | 'content_base64' | 'filename' | 'content_type']: Optional<z.ZodString>
} = {
  path: z
    .string()
    .optional()
    .describe(
      'The file to upload, below a root of this server; relative paths are below the first. Pass this, or text, or content_base64.',
    ),
  text: z.string().optional().describe('Text to upload as a file. Needs filename.'),
  content_base64: z.string().optional().describe('Bytes to upload as a file, as base64. Needs filename.'),
  filename: z.string().min(1).optional().describe('Name of the file in DHIS2. Default: that of path.'),
  content_type: z.string().optional().describe('MIME type. Default: by the extension of the name.'),
}

/** A file that an earlier call has left on the server. */
export const fileResource: z.ZodOptional<z.ZodString> = uid('a file resource')
  .optional()
  .describe(
    'Uid of the file resource that an earlier, failed call of this tool named: the bytes are compared, and not sent again.',
  )

const grants = z.record(z.string(), z.object({ id: uid('the user or user group'), access: z.string() }))

/** Who may do what, as DHIS2 writes it. */
export const sharing: z.ZodObject<{
  public: Optional<z.ZodString>
  owner: Optional<z.ZodString>
  users: Optional<Grants>
  userGroups: Optional<Grants>
}> = z
  .object({
    public: z
      .string()
      .regex(/^[rw-]{4}----$/, 'must be like r-------, rw------ or --------')
      .optional()
      .describe(
        'Everybody who can sign in: -------- nothing, r------- read, rw------ read and change. Default nothing.',
      ),
    owner: uid('the owner').optional(),
    users: grants.optional().describe('By uid: { id, access }, access as in public.'),
    userGroups: grants.optional().describe('By uid, as users.'),
  })
  .describe('Who may do what with the document.')

const texts = z.union([z.string(), z.array(z.string())])

/** Which rows of a list. */
export const listing: {
  readonly filter: Optional<Texts>
  readonly order: Optional<Texts>
  readonly fields: Optional<z.ZodString>
  readonly page: Optional<z.ZodInt>
  readonly page_size: Optional<z.ZodInt>
} = {
  filter: texts
    .optional()
    .describe(
      'DHIS2 filter, property:operator:value, such as name:ilike:malaria; or several of them, all of which must hold.',
    ),
  order: texts.optional().describe('property:asc or property:desc, such as created:desc; or several.'),
  fields: z.string().optional().describe('Members of a row, such as id,name,created. Default all.'),
  page: z.int().min(1).optional().describe('Which page, from 1. Default 1.'),
  page_size: z
    .int()
    .min(1)
    .max(MAX_PAGE_SIZE)
    .optional()
    .describe(`Rows of a page. Default 50, at most ${MAX_PAGE_SIZE}.`),
}

/** Where a page stands in its list. */
export const pager: z.ZodObject<{
  page: z.ZodInt
  page_size: z.ZodInt
  total: z.ZodNullable<z.ZodInt>
  page_count: z.ZodNullable<z.ZodInt>
}> = z.object({
  page: z.int(),
  page_size: z.int(),
  total: z.int().nullable().describe('Rows in all; null where the server does not count them.'),
  page_count: z.int().nullable(),
})

/** A list under the name `result`, as FastMCP wraps one, with what its clients unwrap it by. */
export function wrapped<R extends z.ZodType, M extends z.ZodRawShape>(
  row: R,
  more: M,
): z.ZodObject<{ result: z.ZodArray<R> } & M> {
  return z.object({ result: z.array(row), ...more }).meta({ 'x-fastmcp-wrap-result': true })
}

/** A document, as DHIS2 has it. */
export const document: z.ZodObject<
  { id: z.ZodString; name: Optional<z.ZodString>; external: Optional<z.ZodBoolean>; url: Optional<z.ZodString> },
  z.core.$loose
> = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  external: z.boolean().optional().describe('Whether it is a link.'),
  url: z.string().optional().describe('Of a link its URL; of an uploaded document the uid of its file resource.'),
})

/** A file resource, as DHIS2 has it. */
export const resource: z.ZodObject<
  {
    id: z.ZodString
    name: Optional<z.ZodString>
    contentType: Optional<z.ZodString>
    contentLength: Optional<z.ZodNumber>
    contentMd5: Optional<z.ZodString>
    domain: Optional<z.ZodString>
    storageStatus: Optional<z.ZodString>
  },
  z.core.$loose
> = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  contentType: z.string().optional(),
  contentLength: z.number().optional().describe('Bytes.'),
  contentMd5: z.string().optional(),
  domain: z.string().optional(),
  storageStatus: z
    .string()
    .optional()
    .describe('STORED: the bytes are there. PENDING: on their way, or lost. NONE: not looked at.'),
})

/** A downloaded file. */
export const downloaded: {
  readonly name: z.ZodString
  readonly content_type: z.ZodNullable<z.ZodString>
  readonly size: z.ZodNullable<z.ZodInt>
  readonly md5: z.ZodNullable<z.ZodString>
  readonly file_resource: z.ZodNullable<z.ZodString>
  readonly path: z.ZodNullable<z.ZodString>
} = {
  name: z.string().describe('Name of the file in DHIS2.'),
  content_type: z.string().nullable(),
  size: z.int().nullable().describe('Bytes; null for a link.'),
  md5: z.string().nullable().describe('Compared with the bytes that were read; null where the server does not say it.'),
  file_resource: z.string().nullable().describe('Uid of the file resource.'),
  path: z.string().nullable().describe('Where the file was saved; null when it is inside this answer.'),
}

/** What a tool leaves behind. */
export const leftBehind: z.ZodNullable<z.ZodString> = z
  .string()
  .nullable()
  .describe('Uid of the file resource that was there before. DHIS2 keeps it.')

/** What trying a profile came to. */
export const verified: z.ZodObject<{
  name: z.ZodString
  ok: z.ZodBoolean
  base_url: z.ZodString
  auth: z.ZodString
  version: z.ZodNullable<z.ZodString>
  username: z.ZodNullable<z.ZodString>
  latency_ms: z.ZodNullable<z.ZodInt>
  error: z.ZodNullable<z.ZodString>
  can_write: z.ZodNullable<z.ZodBoolean>
  problems: z.ZodArray<z.ZodString>
}> = z.object({
  name: z.string(),
  ok: z.boolean(),
  base_url: z.string(),
  auth: z.string(),
  version: z.string().nullable(),
  username: z.string().nullable(),
  latency_ms: z.int().nullable(),
  error: z.string().nullable().describe('Why it cannot be used, and what to do.'),
  can_write: z.boolean().nullable().describe('Whether documents can be made with it.'),
  problems: z.array(z.string()).describe('What else is wrong.'),
})
