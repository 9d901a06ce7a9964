import type { EmulatorState } from '../state.js'
import { spooledBytes } from '../storage/spool.js'
import type { Icon } from './icons.js'

/** A few of DHIS2's own icons, by what their keys begin with. */
const ICONS: Readonly<Record<string, readonly string[]>> = {
  '2g': ['mobile', 'network', 'telephone'],
  agriculture: ['farm', 'food', 'work'],
  ambulance: ['transport', 'emergency', 'hospital'],
  baby_male_0203m: ['baby', 'male', 'child'],
  bicycle: ['transport', 'bike'],
  clinical_fe: ['health', 'clinic', 'laboratory'],
}
const VARIANTS = ['positive', 'negative', 'outline'] as const
const STORAGE_PREFIX = 'icon/'

/** Whether a key is one of the icons that come with the server. */
export function isDefaultIcon(key: string): boolean {
  return drawing(key) !== undefined
}

/** The drawing of a default icon. */
function drawing(key: string): Uint8Array | undefined {
  const variant = VARIANTS.find((one) => key.endsWith(`_${one}`))
  const name = variant === undefined ? '' : key.slice(0, -variant.length - 1)
  if (variant === undefined || ICONS[name] === undefined) return undefined
  const [fill, stroke] = { positive: ['#333', 'none'], negative: ['#fff', 'none'], outline: ['none', '#333'] }[variant]
  const sides = 3 + (Object.keys(ICONS).indexOf(name) % 6)
  const corners = Array.from({ length: sides }, (_, at) => {
    const angle = (2 * Math.PI * at) / sides
    return `${(24 + 20 * Math.sin(angle)).toFixed(2)},${(24 - 20 * Math.cos(angle)).toFixed(2)}`
  })
  const background = variant === 'negative' ? '<path fill="#333" d="M0 0h48v48H0z"/>' : ''
  return new TextEncoder().encode(
    `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 48 48">${background}` +
      `<path fill="${fill}" stroke="${stroke}" d="M${corners.join('L')}z"/></svg>`,
  )
}

/** Puts the default icons, with their files, where they are missing. */
export async function seedDefaultIcons(state: EmulatorState): Promise<void> {
  const icons = state.collection<Icon>('icons')
  for (const [name, keywords] of Object.entries(ICONS))
    for (const variant of VARIANTS) {
      const key = `${name}_${variant}`
      if (icons.has(key)) continue
      const fileResource = { id: state.newUid() }
      const created = state.timestamp()
      const description = name.replaceAll('_', ' ')
      icons.put({
        id: key,
        key,
        description,
        keywords: [...keywords, variant],
        custom: false,
        created,
        lastUpdated: created,
        fileResource,
      })
      const bytes = spooledBytes(drawing(key) ?? new Uint8Array())
      const storageKey = STORAGE_PREFIX + key
      state.fileResources.put({
        id: fileResource.id,
        name: `icon_${key}`,
        created,
        lastUpdated: created,
        contentType: 'image/svg+xml',
        contentLength: bytes.size,
        contentMd5: bytes.md5,
        domain: 'ICON',
        assigned: true,
        storageKey,
        arrivesAt: 0,
        hasVariants: false,
      })
      await state.blobs.put(storageKey, bytes)
    }
}

/** Stores the drawings of default icons again whose bytes are lost. Gives their number. */
export async function repairDefaultIcons(state: EmulatorState): Promise<number> {
  let repaired = 0
  for (const icon of state.collection<Icon>('icons')) {
    const bytes = icon.custom ? undefined : drawing(icon.key)
    const storageKey = STORAGE_PREFIX + icon.key
    if (bytes === undefined || state.blobs.has(storageKey)) continue
    await state.blobs.put(storageKey, spooledBytes(bytes))
    repaired++
  }
  return repaired
}
