import sharp from 'sharp'

/** A small PNG. */
export async function PNG(width = 40, height = 30): Promise<Uint8Array> {
  const made = sharp({ create: { width, height, channels: 3, background: { r: 200, g: 30, b: 60 } } })
  return new Uint8Array(await made.png().toBuffer())
}
