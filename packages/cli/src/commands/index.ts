import type { Entry } from '../program.js'

/** Every command, in the order of the help. Code is loaded when it is asked for. */
export const ENTRIES: readonly Entry[] = [
  {
    name: 'documents',
    summary: 'Attachments of metadata: uploaded files and links (/api/documents).',
    load: async () => (await import('./documents/index.js')).DOCUMENTS,
  },
  {
    name: 'resources',
    summary: 'The files below documents and values (/api/fileResources).',
    load: async () => (await import('./resources/index.js')).RESOURCES,
  },
  {
    name: 'media',
    summary: 'Captured files: of data values, events and tracked entities.',
    load: async () => (await import('./media/index.js')).MEDIA,
  },
  {
    name: 'messages',
    summary: 'Attachments of messages.',
    load: async () => (await import('./messages/index.js')).MESSAGES,
  },
  {
    name: 'icons',
    summary: 'Icons of metadata.',
    load: async () => (await import('./icons/index.js')).ICONS,
  },
  {
    name: 'avatars',
    summary: 'Pictures of users.',
    load: async () => (await import('./avatars/index.js')).AVATARS,
  },
  {
    name: 'orgunits',
    summary: 'Pictures of organisation units.',
    load: async () => (await import('./orgunits/index.js')).ORG_UNITS,
  },
  {
    name: 'profile',
    summary: 'Servers and sign-ins, shared with dhis2w-utils.',
    load: async () => (await import('./profile/index.js')).PROFILE,
  },
  {
    name: 'doctor',
    summary: 'Looks at server and sign-in, and names the server bugs that touch files.',
    loadOne: async () => (await import('./doctor/doctor.js')).doctor,
  },
  {
    name: 'emulator',
    summary: 'Starts a server that has DHIS2’s file API, to try things on.',
    loadOne: async () => (await import('./emulator.js')).emulator,
  },
  {
    name: 'mcp',
    summary: 'Serves the files of DHIS2 to assistants, by the Model Context Protocol.',
    loadOne: async () => (await import('./mcp.js')).mcp,
  },
  {
    name: 'completion',
    summary: 'Prints what makes a shell complete commands, options and names.',
    loadOne: async () => (await import('./completion.js')).completion,
  },
]
