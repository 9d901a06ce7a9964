/** A release line that the emulator can play. */
export type Dhis2Version = '2.41' | '2.42' | '2.43' | '2.44'

/** Which parser reads the headers of a multipart part: commons-fileupload (2.41) or Tomcat with Spring (2.42 and later). */
export type PartHeaderRules = 'commons' | 'spring'

/** Everything in which one release line differs from another. Code asks a trait, never a version number. */
export interface Traits {
  readonly line: Dhis2Version
  /** What `/api/system/info` reports. */
  readonly fullVersion: string
  /** Lowest and highest NN of `/api/NN/…`. */
  readonly apiNumbers: readonly [number, number]
  /** Whether links keep the `/NN` of the request. */
  readonly linksKeepApiNumber: boolean
  /** Content type of errors written by the exception advice. */
  readonly adviceContentType: string
  readonly xssProtection: string
  /** `X-Forwarded-Host` counts for links, beside `X-Forwarded-Proto` and `-Port`. */
  readonly honoursForwardedHost: boolean
  /** Verb between "not" and "supported": `is not supported` or `not supported`. */
  readonly unsupported: string
  readonly mediaTypeWord: string
  /** A malformed uid in a path is 400 (else it is looked up, and 404). */
  readonly checksPathUid: boolean
  /** `GET` of an item wants eleven letters or digits; anything else is 405. */
  readonly itemRouteWantsUid: boolean
  /** A malformed `uid` parameter of an upload is 400 (else it is stored as given). */
  readonly checksUploadUid: boolean
  readonly fileDomains: readonly string[]
  /** `sharing.external`, `access.externalize` and their kin exist. */
  readonly hasExternalSharing: boolean
  /** The common properties `favorites` and `favorite` exist. */
  readonly hasFavorites: boolean
  /** `hasMultipleStorageFiles` is set with the row (else once the bytes are stored). */
  readonly variantFlagAtOnce: boolean
  readonly fileForbidden: (uid: string) => string
  readonly fileMissing: (uid: string) => string
  readonly documentNotFound: (uid: string) => string
  /** Name of the import strategy in E5000. */
  readonly strategyWord: string
  /** Status of well-formed JSON of the wrong type, and of an empty body. */
  readonly jsonTypeErrorStatus: 409 | 500
  /** The shallow ETag filter is active: bodies are hashed, `If-None-Match` is answered, JSON has a length. */
  readonly shallowEtag: boolean
  /** A HEAD that passes the ETag filter loses its Content-Length. */
  readonly headLosesLength: boolean
  /** Content-Disposition stays on the 500 of a missing blob. */
  readonly missingBlobKeepsDisposition: boolean
  /** `/documents/{uid}/data` of a missing blob: the JSON is cut to the file's length. */
  readonly missingBlobCutsBody: boolean
  /** The header that belongs to the files stays beside the general one on errors of `/fileResources/{uid}/data`. */
  readonly fileErrorsKeepFilePolicy: boolean
  readonly loginPath: string
  /** `/oauth2/…` exists when it is turned on: 2.42 replaced the server of `/uaa/oauth/…`. */
  readonly hasOAuth2Server: boolean
  /** What the login answers without a two-factor code, and with a wrong one: 2.42 tells apart where codes come from. */
  readonly wrongTwoFactorCode: 'INCORRECT_TWO_FACTOR_CODE' | 'INCORRECT_TWO_FACTOR_CODE_TOTP'
  /** The redirect to the login page names scheme and host. */
  readonly loginRedirectIsAbsolute: boolean
  /** Where the login answer sends a browser. */
  readonly afterLogin: string
  readonly sameSite: boolean
  /** Authenticated answers carry SESSION_EXPIRE. */
  readonly hasSessionExpireCookie: boolean
  /** Anonymous requests get a session too. */
  readonly hasAnonymousSessions: boolean
  /** The oldest session goes when a user has more than ten. */
  readonly limitsSessions: boolean
  /** `http.security.csrf.enabled` exists. */
  readonly supportsCsrf: boolean
  /** Simple lists are answered by the gist engine. */
  readonly gist: boolean
  readonly partHeaders: PartHeaderRules
  /** Exception class before the text of a multipart error. */
  readonly multipartErrorPrefix: string
  /** How many parts a multipart body may have. */
  readonly maxParts: number
  /** Form fields come before query parameters of the same name. */
  readonly formFieldsFirst: boolean
  /** Where `max.file_upload_size` is applied: to the part as it came, or to what is about to be saved, on every route. */
  readonly sizeCap: 'received' | 'saved'
  /** `filter=contentLength:…` is refused. */
  readonly cannotFilterLongs: boolean
  /** `rootJunction=OR` sorts in memory, where a Long is not comparable. */
  readonly orSortIgnoresLongs: boolean
  /** Which words the tracker importer uses: 2.42 found new ones. */
  readonly trackerTexts: 'first' | 'reworded'
  /** Tracker lists repeat the pager at the root (else it has links). */
  readonly trackerPager: 'repeated' | 'linked'
  /**
   * Events without registration are a type of their own: they share no enrollment and have no scheduled date, both types have
   * routes of their own, and a list names its program.
   */
  readonly singleEvents: boolean
  /** `/api/events/files` and its kin, and the parameters of those days, are still there. */
  readonly legacyTracker: boolean
  /** The header that belongs to the API stays beside that of the files on tracker files. */
  readonly trackerFilesKeepApiPolicy: boolean
  /** What tracker routes say of bytes that are not there. */
  readonly trackerContentPending: string
  readonly systemInfo: 'plain' | 'with-jobs' | 'with-session'
  /** Owner of what the system made. */
  readonly systemOwner: string
  /** Which back end checks and keeps data values: 2.43 got a new one, with other codes, rules and losses (WIRE.md 3). */
  readonly dataEntry: 'classic' | 'modern'
  /** HTTP status of an import of data values that ended with warnings. */
  readonly importWarningStatus: 200 | 409
  /** `PATCH /api/icons` exists. */
  readonly repairsIcons: boolean
  /** A whole user shows `userCredentials` too. */
  readonly hasUserCredentials: boolean
}

const DOMAINS = ['DATA_VALUE', 'DOCUMENT', 'MESSAGE_ATTACHMENT', 'USER_AVATAR', 'ORG_UNIT', 'ICON', 'JOB_DATA'] as const
const DOMAINS_WITH_PUSH = [DOMAINS[0], 'PUSH_ANALYSIS', ...DOMAINS.slice(1)] as const
const TOMCAT_UPLOAD = 'org.apache.tomcat.util.http.fileupload.'

const v42: Traits = {
  line: '2.42',
  fullVersion: '2.42.5.2',
  apiNumbers: [28, 42],
  linksKeepApiNumber: true,
  honoursForwardedHost: false,
  adviceContentType: 'application/json',
  xssProtection: '0',
  unsupported: 'is not supported',
  mediaTypeWord: 'Content-Type',
  checksPathUid: false,
  itemRouteWantsUid: true,
  checksUploadUid: false,
  fileDomains: DOMAINS_WITH_PUSH,
  hasExternalSharing: true,
  hasFavorites: true,
  variantFlagAtOnce: false,
  fileForbidden: (uid) =>
    `You don't have access to fileResource '${uid}' or this fileResource is not available from this endpoint`,
  fileMissing: (uid) => `FileResource with id ${uid} could not be found.`,
  documentNotFound: (uid) => `Document not found for uid: ${uid}`,
  strategyWord: 'mode',
  jsonTypeErrorStatus: 500,
  shallowEtag: false,
  headLosesLength: false,
  missingBlobKeepsDisposition: true,
  missingBlobCutsBody: true,
  fileErrorsKeepFilePolicy: false,
  loginPath: '/dhis-web-login/',
  hasOAuth2Server: true,
  wrongTwoFactorCode: 'INCORRECT_TWO_FACTOR_CODE_TOTP',
  loginRedirectIsAbsolute: true,
  afterLogin: '/',
  sameSite: true,
  hasSessionExpireCookie: false,
  hasAnonymousSessions: false,
  limitsSessions: true,
  supportsCsrf: true,
  gist: false,
  partHeaders: 'spring',
  multipartErrorPrefix: TOMCAT_UPLOAD,
  maxParts: 50,
  formFieldsFirst: false,
  sizeCap: 'received',
  cannotFilterLongs: true,
  orSortIgnoresLongs: false,
  trackerTexts: 'reworded',
  trackerPager: 'linked',
  singleEvents: false,
  legacyTracker: false,
  trackerFilesKeepApiPolicy: true,
  trackerContentPending: 'The content is being processed and is not available yet. Try again later.',
  systemInfo: 'with-jobs',
  systemOwner: 'XXXXXSystem',
  dataEntry: 'classic',
  importWarningStatus: 409,
  repairsIcons: true,
  hasUserCredentials: false,
}

const v41: Traits = {
  ...v42,
  line: '2.41',
  fullVersion: '2.41.9.1',
  adviceContentType: 'application/json;charset=UTF-8',
  xssProtection: '1; mode=block',
  unsupported: 'not supported',
  mediaTypeWord: 'Content type',
  hasExternalSharing: false,
  itemRouteWantsUid: false,
  shallowEtag: true,
  headLosesLength: true,
  missingBlobCutsBody: false,
  fileErrorsKeepFilePolicy: true,
  loginPath: '/dhis-web-login',
  hasOAuth2Server: false,
  wrongTwoFactorCode: 'INCORRECT_TWO_FACTOR_CODE',
  afterLogin: '/dhis-web-dashboard',
  sameSite: false,
  hasAnonymousSessions: true,
  limitsSessions: false,
  supportsCsrf: false,
  partHeaders: 'commons',
  multipartErrorPrefix: '',
  maxParts: Number.POSITIVE_INFINITY,
  formFieldsFirst: true,
  orSortIgnoresLongs: true,
  trackerTexts: 'first',
  trackerPager: 'repeated',
  legacyTracker: true,
  systemInfo: 'plain',
  systemOwner: 'system-process',
  repairsIcons: false,
  hasUserCredentials: true,
}

const v43: Traits = {
  ...v42,
  line: '2.43',
  fullVersion: '2.43.1',
  apiNumbers: [28, 43],
  linksKeepApiNumber: false,
  checksPathUid: true,
  checksUploadUid: true,
  fileDomains: DOMAINS,
  hasExternalSharing: false,
  variantFlagAtOnce: true,
  fileForbidden: (uid) => `File resource not found or not accessible: ${uid}`,
  documentNotFound: (uid) => `Document not found or not accessible: '${uid}'`,
  strategyWord: 'strategy',
  jsonTypeErrorStatus: 409,
  loginPath: '/login/',
  hasSessionExpireCookie: true,
  singleEvents: true,
  trackerContentPending: 'Content is being processed and is not available yet, try again later',
  systemInfo: 'with-session',
  dataEntry: 'modern',
  importWarningStatus: 200,
}

const v44: Traits = {
  ...v43,
  line: '2.44',
  fullVersion: '2.44-SNAPSHOT',
  apiNumbers: [28, 44],
  honoursForwardedHost: true,
  hasFavorites: false,
  shallowEtag: true,
  missingBlobKeepsDisposition: false,
  missingBlobCutsBody: false,
  loginRedirectIsAbsolute: false,
  trackerFilesKeepApiPolicy: false,
  gist: true,
  sizeCap: 'saved',
  cannotFilterLongs: false,
}

/** One row per release line. */
export const VERSIONS: Readonly<Record<Dhis2Version, Traits>> = { '2.41': v41, '2.42': v42, '2.43': v43, '2.44': v44 }
