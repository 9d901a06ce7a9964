import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Random } from '../random.js'

export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}

/** The same picture or page in other, and more, bytes: a comment is put where the format takes one. */
export function withComment(file: Buffer, random: Random): Buffer {
  const comment = Buffer.from(random.word(random.between(8, 120)), 'latin1')
  const head = file.toString('latin1', 0, 5)
  if (head.startsWith('%PDF')) return pdf(file, comment)
  if (head.startsWith('\x89PNG')) return png(file, comment)
  if (head.startsWith('\xff\xd8')) return jpeg(file, comment)
  if (head.startsWith('GIF8')) return gif(file, comment)
  throw new Error(`No way is known to change a file that starts ${JSON.stringify(head)}`)
}

/** Before `startxref`, so that no offset of the cross-reference table moves. */
function pdf(file: Buffer, comment: Buffer): Buffer {
  const at = file.lastIndexOf('startxref')
  return Buffer.concat([file.subarray(0, at), Buffer.from('%'), comment, Buffer.from('\n'), file.subarray(at)])
}

/** A tEXt chunk behind the header chunk. */
function png(file: Buffer, comment: Buffer): Buffer {
  const at = 8 + 12 + file.readUInt32BE(8)
  const body = Buffer.concat([Buffer.from('tEXtComment\0', 'latin1'), comment])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length - 4)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([file.subarray(0, at), length, body, sum, file.subarray(at)])
}

/** A COM segment behind the first segment, whose kind decides how DHIS2 takes the file. */
function jpeg(file: Buffer, comment: Buffer): Buffer {
  const at = 4 + file.readUInt16BE(4)
  const head = Buffer.from([0xff, 0xfe, 0, 0])
  head.writeUInt16BE(comment.length + 2, 2)
  return Buffer.concat([file.subarray(0, at), head, comment, file.subarray(at)])
}

/** A comment extension before the trailer. */
function gif(file: Buffer, comment: Buffer): Buffer {
  const block = Buffer.concat([Buffer.from([0x21, 0xfe, comment.length]), comment, Buffer.from([0])])
  return Buffer.concat([file.subarray(0, -1), block, file.subarray(-1)])
}
