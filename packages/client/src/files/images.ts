import type { Uploadable } from '../bytes/source.js'
import { Dhis2Error } from '../errors.js'
import type { RequestOptions } from '../http/call.js'
import { readObject } from '../models/decode.js'
import type { FileResource, ImageFileDimension } from '../models/file-resource.js'
import { type FilesContext, requestOptions } from './context.js'
import { createDownload, factsOf, type FileDownload } from './download.js'
import { settle } from './echoes.js'
import { type AttachOptions, carrying, provideFile } from './provide-file.js'
import { getFileResource } from './storage.js'
import { uidInPath } from './uid.js'

/** How the image of an object is read. */
export interface DownloadImageOptions extends RequestOptions {
  /** 256, 512 or 1024 pixels wide instead of as it is stored: an avatar's are all larger than the original. Length and MD5 of a copy are not known. WIRE.md 1.7. */
  readonly dimension?: ImageFileDimension | undefined
}

/** An object that has an image: whose it is, and the ways to read, set and remove it. */
export interface ImageHolder {
  /** `avatar of user X`, for messages. */
  readonly name: string
  readonly path: string
  /** Member of the object that refers to the file. */
  readonly member: 'avatar' | 'image'
  readonly domain: 'USER_AVATAR' | 'ORG_UNIT'
  /** Whether the object is the signed-in user, whose own route takes a part of it, and needs no authority. */
  readonly own?: boolean
}

/** The signed-in user, or another one. WIRE.md 5.3. */
export async function avatarOf(
  context: FilesContext,
  user: string | undefined,
  options: RequestOptions,
): Promise<ImageHolder> {
  const same = { member: 'avatar', domain: 'USER_AVATAR' } as const
  const own = user === undefined || user === (await context.me(requestOptions(options))).id
  if (own) return { ...same, name: 'own avatar', path: 'api/me', own }
  return { ...same, name: `avatar of user ${user}`, path: `api/users/${uidInPath(user, 'user')}` }
}

/** An organisation unit. WIRE.md 5.4. */
export function orgUnitImageOf(orgUnit: string): ImageHolder {
  return {
    member: 'image',
    domain: 'ORG_UNIT',
    name: `image of organisation unit ${orgUnit}`,
    path: `api/organisationUnits/${uidInPath(orgUnit, 'orgUnit')}`,
  }
}

/** Uid of the file that is there. */
async function readReference(
  context: FilesContext,
  { path, member, name }: ImageHolder,
  options: RequestOptions,
): Promise<string | undefined> {
  const init = { ...requestOptions(options), what: `read the ${name}`, query: { fields: `id,${member}` } }
  const json = await context.call.json('GET', path, init)
  const file = readObject<Record<string, unknown>>(json, 'an object', { [member]: 'object' })[member] ?? undefined
  return file && readObject<{ id: string }>(file, member, { id: 'uid!' }).id
}

export async function getImage(
  context: FilesContext,
  holder: ImageHolder,
  options: RequestOptions,
): Promise<FileResource | undefined> {
  const uid = await readReference(context, holder, options)
  return uid === undefined ? undefined : getFileResource(context, uid, options)
}

export async function setImage(
  context: FilesContext,
  holder: ImageHolder,
  data: Uploadable,
  options: AttachOptions,
): Promise<FileResource> {
  const { name, path, member, domain, own } = holder
  const before = await readReference(context, holder, options)
  const file = await provideFile(context, data, { ...options, until: 'stored', domain })
  if (before === file.id) return file
  const reference = { id: file.id }
  const init = { ...requestOptions(options), what: `set the ${name} to file resource ${file.id}` }
  const isSet = async (): Promise<true | undefined> =>
    (await readReference(context, holder, options)) === file.id ? true : undefined
  try {
    const change = own
      ? context.call.empty('PUT', path, { ...init, json: { [member]: reference } })
      : patch(context, holder, [{ op: 'add', path: `/${member}`, value: reference }], init)
    await change.catch((error: unknown) => settle('set-image', error, isSet))
    if (await isSet()) return file
    throw new Dhis2Error(`Cannot ${init.what}: the server took it, but has another one now.`, { code: 'conflict' })
  } catch (error) {
    throw carrying(error, file)
  }
}

export async function removeImage(context: FilesContext, holder: ImageHolder, options: RequestOptions): Promise<void> {
  const { name, path, member, own } = holder
  const isGone = async (): Promise<true | undefined> =>
    (await readReference(context, holder, options)) === undefined ? true : undefined
  // there is nothing to remove, which a patch does not take
  if (await isGone()) return
  const init = { ...requestOptions(options), what: `remove the ${name}` }
  const change = own
    ? context.call.empty('DELETE', `${path}/avatar`, init)
    : patch(context, holder, [{ op: 'remove', path: `/${member}` }], init)
  await change.catch((error: unknown) => settle('set-image', error, isGone))
}

/** A JSON Patch whose repeat does no more: what it did is read back where the repeat is refused. */
function patch(
  context: FilesContext,
  { path }: ImageHolder,
  operations: readonly { readonly op: string; readonly path: string; readonly value?: unknown }[],
  init: RequestOptions & { readonly what: string },
): Promise<void> {
  return context.call.empty('PATCH', path, {
    ...init,
    json: operations,
    jsonType: 'application/json-patch+json',
    idempotent: true,
  })
}

export async function downloadImage(
  context: FilesContext,
  holder: ImageHolder,
  options: DownloadImageOptions,
): Promise<FileDownload> {
  const file = await getImage(context, holder, options)
  if (file === undefined) throw new Dhis2Error(`There is no ${holder.name}.`, { code: 'not-found' })
  const { dimension } = options
  return createDownload(context, {
    path: `api/fileResources/${file.id}/data`,
    query: { dimension },
    what: `the ${holder.name}`,
    ...factsOf(file, dimension),
    options: requestOptions(options),
  })
}
