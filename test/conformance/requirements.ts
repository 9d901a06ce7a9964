/** Prefixes of recorded exchanges that have to pass whole, at every version, as they are and transformed. */
export const REQUIRED_PREFIXES: readonly string[] = [
  'file.',
  'document.',
  'access.',
  'bulk.',
  'value.',
  'tracker.',
  'message.',
  'icon.',
  'avatar.',
  'org-unit-image.',
]

/** Something that the emulator has to do because DHIS2 does it. */
export interface Requirement {
  readonly says: string
  /** Sections of the dossier (`WIRE_SECTIONS`) that tell it. */
  readonly wire?: readonly string[]
  /** Ids of recorded exchanges that show it, or their prefixes with a dot at the end. */
  readonly recordings?: readonly string[]
}

/** By name; the cases of variations.test.ts name the one that they vary. */
export const REQUIREMENTS = {
  'upload.envelope': {
    says: 'An upload is answered 202 with the whole file resource, PENDING, and no Location',
    wire: ['1.5'],
    recordings: ['file.upload.default-domain', 'file.upload.document'],
  },
  'upload.domain': {
    says: 'The domain comes by query or form field in any case, is DATA_VALUE by default, and one of the version',
    wire: ['1.2', '1.3', '1.12', '0.3'],
    recordings: ['file.upload.form-field-domain', 'file.upload.lowercase-domain', 'file.upload.unknown-domain'],
  },
  'upload.uid': {
    says: 'A chosen uid is used once; 2.41 and 2.42 store what is no uid, later versions refuse it',
    wire: ['1.2', '1.3', '1.5'],
    recordings: ['file.upload.chosen-uid', 'file.upload.chosen-uid.again', 'file.upload.malformed-uid'],
  },
  'upload.file-name': {
    says: 'The name arrives by the rules of the version, at most 230 characters in a header of 512 bytes',
    wire: ['1.2', '1.3'],
    recordings: ['file.upload.name.', 'file.upload.path-in-filename', 'file.upload.unicode-filename'],
  },
  'upload.content-type': {
    says: "The part's type is kept verbatim; what is no MIME type becomes application/octet-stream",
    wire: ['1.2'],
    recordings: ['file.upload.no-type', 'file.upload.invalid-type', 'file.upload.blocked-type-with-parameter'],
  },
  'upload.block-list': {
    says: 'Types are blocked as they are, in any case; extensions in any case; nothing else is',
    wire: ['1.3', '9'],
    recordings: [
      'file.upload.blocked-extension',
      'file.upload.blocked-type',
      'file.upload.upper-case-blocked-extension',
    ],
  },
  'upload.size': {
    says: 'max.file_upload_size and the limits of the image domains, before or after resizing by version',
    wire: ['1.3', '7.1'],
    recordings: ['file.upload.at-size-cap', 'file.upload.over-size-cap', 'file.upload.avatar.too-big'],
  },
  'upload.image-domains': {
    says: 'ICON, USER_AVATAR and ORG_UNIT take their types and lower-case extensions only, and re-encode',
    wire: ['1.3', '1.4'],
    recordings: ['file.upload.icon', 'file.upload.icon.wrong-extension', 'file.upload.avatar.wrong-type'],
  },
  'upload.order': {
    says: 'Of several faults the one that DHIS2 checks first is told',
    wire: ['1.3'],
    recordings: ['file.upload.chosen-uid.again'],
  },
  'upload.form': {
    says: 'A body that is not multipart is a 500, a form without a file a 400 page',
    wire: ['1.3'],
    recordings: ['file.upload.not-multipart', 'file.upload.no-file-part'],
  },
  'file.storage': {
    says: 'Bytes are stored after the answer; storageStatus is computed by the item route alone',
    wire: ['1.6'],
    recordings: ['file.get.stored', 'file.get.fields', 'file.get.data-value.fake-png.after-3s'],
  },
  'file.variants': {
    says: 'Images of three domains have variants; elsewhere the dimension is checked and ignored',
    wire: ['1.7', '1.10'],
    recordings: ['file.data.avatar.small', 'file.data.dimension-on-non-image', 'file.data.avatar.invalid-dimension'],
  },
  'file.get': {
    says: 'A file resource is found by its uid; what is no uid is 404 or, from 2.43, 400',
    wire: ['1.9', '11'],
    recordings: ['file.get.unknown', 'file.get.malformed-uid', 'file.get.fields-all'],
  },
  'file.property': { says: 'One property of a file resource has a route of its own', wire: ['1.1'] },
  'file.data': {
    says: 'Bytes with stored type, real length and bare file name; not of the DATA_VALUE domain',
    wire: ['1.10', '9'],
    recordings: ['file.data', 'file.data.data-value-domain', 'file.data.unicode-filename', 'file.data.range-ignored'],
  },
  'file.methods': {
    says: 'File resources cannot be changed or deleted',
    wire: ['1.1'],
    recordings: ['file.delete', 'file.put'],
  },
  'file.owners': {
    says: 'Owners by storage key; the key is required',
    wire: ['1.11'],
    recordings: ['file.owners.unknown-key', 'file.owners.no-key'],
  },
  'list.fields': {
    says: 'Fields are chosen by name, nesting, preset and exclusion',
    wire: ['1.8', '2.8'],
    recordings: ['file.list.default', 'document.list.fields-owner'],
  },
  'list.filters': {
    says: 'Filters by operator, combined with AND or OR; unknown properties and operators are 400',
    wire: ['1.8', '2.8'],
    recordings: ['file.list.unknown-property', 'file.list.unknown-operator', 'document.list.ilike-or'],
  },
  'list.order': {
    says: 'Order by one property or several, in either direction',
    wire: ['1.8'],
    recordings: ['file.list.fields'],
  },
  'list.pager': {
    says: 'Pages with links; past the end the page is clamped, by gist echoed',
    wire: ['1.8', '9'],
    recordings: [
      'file.list.page-1',
      'file.list.page-2',
      'file.list.past-the-end',
      'file.list.no-paging',
      'document.list.empty',
    ],
  },
  'list.gist': {
    says: '2.44 answers simple paged lists by gist, and others as before',
    wire: ['1.8', '8.2'],
    recordings: ['document.list', 'document.list.fields-owner'],
  },
  'document.create': {
    says: 'A document is made 201 with Location; its file becomes a DOCUMENT and assigned',
    wire: ['2.3', '2.4'],
    recordings: ['document.create.external', 'document.create.uploaded', 'document.file-after-create'],
  },
  'document.validation': {
    says: 'One report a fault, ordered by code, with the texts and members of its code',
    wire: ['2.3', '2.4'],
    recordings: ['document.create.no-url', 'document.create.duplicate-code', 'document.create.malformed-uid'],
  },
  'document.body': {
    says: 'What is no JSON object, or of another content type, is refused as the version does it',
    wire: ['2.4', '2.5', '11'],
    recordings: ['document.create.malformed-json', 'document.create.wrong-type', 'document.create.multipart'],
  },
  'document.update': {
    says: 'PUT replaces, PATCH patches; an uploaded document cannot keep its file',
    wire: ['2.3', '2.5'],
    recordings: ['document.put.external', 'document.put.uploaded', 'document.patch.external', 'bulk.new-file.patch'],
  },
  'document.delete': {
    says: 'DELETE un-assigns the file; without permission it is a 409 WARNING that says nothing',
    wire: ['2.6'],
    recordings: ['document.delete.not-permitted', 'document.file-after-delete'],
  },
  'document.data': {
    says: 'External documents redirect, uploaded ones serve their file to those who may read them',
    wire: ['2.7'],
    recordings: ['document.data.external', 'document.data.uploaded', 'document.data.unknown', 'document.data.pending'],
  },
  'document.sharing': {
    says: 'Writes reset sharing; /sharing alone sets it, and without owner opens the document',
    wire: ['2.2', '2.5'],
    recordings: ['document.sharing.put', 'document.sharing.after-new-file', 'document.get.private.sharing'],
  },
  'document.access': {
    says: 'Create, read, update and delete need authorities and sharing',
    wire: ['2.2', '2.6'],
    recordings: ['document.create.as-clerk', 'document.get.as-librarian'],
  },
  'metadata.import': {
    says: 'Documents by the hundred: strategy, atomic mode, reports, stats',
    wire: ['2.9'],
    recordings: ['bulk.'],
  },
  'access.sign-in': {
    says: 'Basic, token, login and session; who is nobody is sent to the login page or told 401',
    wire: ['8.1'],
    recordings: ['access.'],
  },
  'access.csrf': {
    says: 'Where CSRF protection is on, unsafe methods need the token of the cookie',
    wire: ['8.1', '7.1'],
  },
  'access.cors': { says: 'Allowed origins may call with credentials and read ETag and Location', wire: ['8.1'] },
  'errors.negotiation': {
    says: 'A narrow Accept turns errors into pages',
    wire: ['8.2', '9'],
    recordings: ['file.data.unknown.accept-image', 'access.not-acceptable'],
  },
  'paths.version': {
    says: 'A version prefix is taken within the range of the version',
    wire: ['8.3'],
    recordings: ['access.version-prefix'],
  },
  'paths.suffix': { says: 'A .json at the end and a trailing slash are tolerated', wire: ['8.3'] },
  'paths.context': { says: 'Everything lies below the context path, links too', wire: ['8.3', '2.4'] },
  system: {
    says: 'Version, ping and uids',
    wire: ['8.4'],
    recordings: ['access.ping', 'access.system-info', 'access.system-id'],
  },
  'headers.caching': {
    says: 'Cache-Control and ETag by route; the shallow ETag filter of 2.41 and 2.44',
    wire: ['8.5', '8.7'],
    recordings: ['document.data.if-none-match'],
  },
  'value.upload': {
    says: 'A file and its data value in one request, with the checks and losses of the version',
    wire: ['3.2'],
    recordings: ['value.upload.'],
  },
  'value.by-uid': {
    says: 'A data value by the uid of a file: checked before 2.43, deleted with its file before 2.43',
    wire: ['3.3', '3.6'],
    recordings: ['value.set.', 'value.set-import', 'value.delete'],
  },
  'value.read': {
    says: 'The uid, the file and the audited file of a data value',
    wire: ['3.4', '3.5', '3.7'],
    recordings: ['value.get', 'value.file', 'value.audit-file.', 'value.export'],
  },
  'tracker.files': {
    says: 'Files and images of events and tracked entities, with their uid as validator',
    wire: ['4.1', '4.2', '4.3'],
    recordings: ['tracker.event.file', 'tracker.event.image', 'tracker.te.file', 'tracker.te.image.large'],
  },
  'tracker.import': {
    says: 'The importer checks files, takes each once, and replaces what an update leaves out',
    wire: ['4.4'],
    recordings: ['tracker.event.create.', 'tracker.event.update.', 'tracker.events.list.page'],
  },
  'message.attachments': {
    says: 'Attachments are used once and served to who takes part',
    wire: ['5.1'],
    recordings: ['message.'],
  },
  'icon.write': {
    says: 'Icons by their key, with a file that is stored; those of DHIS2 stay',
    wire: ['5.2'],
    recordings: ['icon.create', 'icon.update', 'icon.delete', 'icon.get'],
  },
  'icon.list': {
    says: 'Icons by type, key, keyword and page',
    wire: ['5.2'],
    recordings: ['icon.list.'],
  },
  'avatar.set': {
    says: "One's own picture, of one's own upload",
    wire: ['5.3'],
    recordings: ['avatar.'],
  },
  'org-unit-image.set': {
    says: 'The picture of an org unit, open to everybody',
    wire: ['5.4'],
    recordings: ['org-unit-image.'],
  },
} as const satisfies Record<string, Requirement>

export type RequirementName = keyof typeof REQUIREMENTS

/** The sections of the dossier of the wire (WIRE.md) that may be cited, with their titles. */
export const WIRE_SECTIONS: Readonly<Record<string, string>> = {
  '0.3': 'JSON conventions used by every endpoint below',
  '1.1': 'Route map',
  '1.2': 'POST upload – request',
  '1.3': 'POST upload – validation, in evaluation order',
  '1.4': 'Resizing',
  '1.5': 'POST upload – 202 response',
  '1.6': 'Asynchronous storage and storageStatus',
  '1.7': 'Image variants',
  '1.8': 'GET /api/fileResources – list',
  '1.9': 'GET /api/fileResources/{uid}',
  '1.10': 'GET /api/fileResources/{uid}/data',
  '1.11': 'GET /api/fileResources/owners?storageKey=…',
  '1.12': 'Domains',
  '2.1': 'Documents: model',
  '2.2': 'Authorities and sharing',
  '2.3': 'Validation performed by the hook (create and update)',
  '2.4': 'POST /api/documents',
  '2.5': 'PUT / PATCH',
  '2.6': 'DELETE /api/documents/{uid}',
  '2.7': 'GET /api/documents/{uid}/data',
  '2.8': 'GET list and item',
  '2.9': 'POST /api/metadata with documents',
  '3.2': 'POST /api/dataValues/file',
  '3.3': 'Setting a file value without /file',
  '3.4': 'Reading the uid',
  '3.5': 'GET /api/dataValues/files',
  '3.6': 'Delete',
  '3.7': 'Audit download GET /api/audits/files/{uid}',
  '4.1': 'Tracker: endpoints',
  '4.2': 'Success response (identical for /file and /image)',
  '4.3': 'Parameters and errors',
  '4.4': 'Attaching through POST /api/tracker',
  '5.1': 'Message attachments',
  '5.2': 'Icons',
  '5.3': 'User avatar',
  '5.4': 'Organisation unit image',
  '7.1': 'dhis.conf keys',
  '8.1': 'Authentication',
  '8.2': 'WebMessage envelope',
  '8.3': 'Version prefix /api/NN/…',
  '8.4': 'System and identity',
  '8.5': 'Caching headers per file endpoint',
  '8.6': 'Compression, Range, HEAD, redirects',
  '8.7': 'Shallow ETag filter',
  '9': 'Behaviours that surprise clients',
  '10.2': 'Enums',
  '11': 'Version difference digest',
}
