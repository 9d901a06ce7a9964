/** How a property's values are compared, filtered and validated. */
export type PropertyType = 'text' | 'boolean' | 'integer' | 'long' | 'date' | 'complex' | 'collection' | 'reference'

export interface Property {
  readonly type: PropertyType
  /** Kept in the database (else computed on the way out). */
  readonly persisted: boolean
  /** Belongs to the preset `:owner`. */
  readonly owner: boolean
  /** Longest text (characters). */
  readonly maxLength?: number
  readonly required?: boolean
  /** Type of the objects that a reference or collection points to. */
  readonly target?: string
}

/** What the API knows of a type of object. */
export interface Schema {
  /** `documents`: the route and the root of a list. */
  readonly plural: string
  /** `Document`: as it stands in messages. */
  readonly name: string
  readonly klass: string
  readonly properties: Readonly<Record<string, Property>>
  /** Other properties than the listed ones are kept and shown too. */
  readonly open: boolean
  /** Members that never leave the server. */
  readonly hidden: readonly string[]
  readonly shareable: boolean
  /** The engine of 2.44 can answer `displayName` of this type. */
  readonly translatable: boolean
  /** Any of these lets a user create; empty: everybody may. */
  readonly createPublic: readonly string[]
  readonly createPrivate: readonly string[]
  readonly delete: readonly string[]
  /** Lets a user who is no super user make objects readable without signing in (2.42). */
  readonly externalize?: readonly string[]
}

const kept = (type: PropertyType, more: Partial<Property> = {}): Property => ({
  type,
  persisted: true,
  owner: true,
  ...more,
})
const computed = (type: PropertyType, more: Partial<Property> = {}): Property => ({
  type,
  persisted: false,
  owner: false,
  ...more,
})

const COMMON: Readonly<Record<string, Property>> = {
  id: kept('text', { maxLength: 11 }),
  code: kept('text', { maxLength: 50 }),
  name: kept('text', { maxLength: 230, required: true }),
  displayName: computed('text'),
  created: kept('date'),
  lastUpdated: kept('date'),
  createdBy: kept('reference', { target: 'users' }),
  lastUpdatedBy: kept('reference', { target: 'users' }),
  user: computed('reference', { target: 'users' }),
  sharing: kept('complex'),
  translations: kept('collection'),
  attributeValues: kept('collection'),
  favorites: { ...kept('collection'), owner: false },
  favorite: computed('boolean'),
  access: computed('complex'),
  href: computed('text'),
}

interface SchemaRow {
  plural: string
  name: string
  package: string
  properties?: Readonly<Record<string, Property>>
  open?: boolean
  hidden?: readonly string[]
  shareable?: boolean
  translatable?: boolean
  authority?: string
  createPublic?: readonly string[]
  createPrivate?: readonly string[]
  delete?: readonly string[]
}

const SHORT_NAME = { shortName: kept('text', { maxLength: 50, required: true }) }

/** One row a type. `authority` X stands for F_X_PUBLIC_ADD, F_X_PRIVATE_ADD and F_X_DELETE. */
const ROWS: readonly SchemaRow[] = [
  {
    plural: 'documents',
    name: 'Document',
    package: 'document',
    open: false,
    authority: 'DOCUMENT',
    hidden: ['fileResource'],
    properties: {
      url: kept('text', { required: true, maxLength: 2_147_483_647 }),
      external: kept('boolean'),
      contentType: kept('text', { maxLength: 255 }),
      attachment: kept('boolean'),
    },
  },
  {
    plural: 'fileResources',
    name: 'FileResource',
    package: 'fileresource',
    open: false,
    shareable: false,
    translatable: false,
    hidden: ['storageKey', 'arrivesAt', 'hasVariants', 'fileResourceOwner'],
    properties: {
      contentType: kept('text', { maxLength: 255 }),
      contentLength: kept('long'),
      contentMd5: kept('text'),
      domain: kept('text'),
      assigned: kept('boolean'),
      hasMultipleStorageFiles: kept('boolean'),
      storageStatus: computed('text'),
    },
  },
  {
    plural: 'users',
    name: 'User',
    package: 'user',
    shareable: false,
    translatable: false,
    hidden: ['password', 'secret'],
    createPublic: ['F_USER_ADD', 'F_USER_ADD_WITHIN_MANAGED_GROUP'],
    delete: ['F_USER_DELETE', 'F_USER_DELETE_WITHIN_MANAGED_GROUP'],
    properties: {
      name: computed('text'),
      username: kept('text', { required: true }),
      firstName: kept('text', { required: true }),
      surname: kept('text', { required: true }),
      avatar: kept('reference', { target: 'fileResources' }),
      dataViewOrganisationUnits: kept('collection', { target: 'organisationUnits' }),
      teiSearchOrganisationUnits: kept('collection', { target: 'organisationUnits' }),
    },
  },
  {
    plural: 'userRoles',
    name: 'UserRole',
    package: 'user',
    authority: 'USERROLE',
    properties: { users: computed('collection', { target: 'users' }) },
  },
  {
    plural: 'userGroups',
    name: 'UserGroup',
    package: 'user',
    authority: 'USERGROUP',
    properties: { users: kept('collection', { target: 'users' }) },
  },
  {
    plural: 'organisationUnits',
    name: 'OrganisationUnit',
    package: 'organisationunit',
    shareable: false,
    createPublic: ['F_ORGANISATIONUNIT_ADD'],
    delete: ['F_ORGANISATIONUNIT_DELETE'],
    properties: {
      ...SHORT_NAME,
      openingDate: kept('date', { required: true }),
      parent: kept('reference', { target: 'organisationUnits' }),
      image: kept('reference', { target: 'fileResources' }),
    },
  },
  {
    plural: 'dataElements',
    name: 'DataElement',
    package: 'dataelement',
    authority: 'DATAELEMENT',
    properties: SHORT_NAME,
  },
  {
    plural: 'dataSets',
    name: 'DataSet',
    package: 'dataset',
    authority: 'DATASET',
    properties: { periodType: kept('text', { required: true }) },
  },
  { plural: 'categories', name: 'Category', package: 'category', authority: 'CATEGORY' },
  { plural: 'categoryCombos', name: 'CategoryCombo', package: 'category', authority: 'CATEGORY_COMBO' },
  { plural: 'categoryOptions', name: 'CategoryOption', package: 'category', authority: 'CATEGORY_OPTION' },
  { plural: 'categoryOptionCombos', name: 'CategoryOptionCombo', package: 'category', shareable: false },
  { plural: 'optionSets', name: 'OptionSet', package: 'option', authority: 'OPTIONSET' },
  { plural: 'options', name: 'Option', package: 'option', shareable: false },
  {
    plural: 'trackedEntityAttributes',
    name: 'TrackedEntityAttribute',
    package: 'trackedentity',
    authority: 'TRACKED_ENTITY_ATTRIBUTE',
    properties: SHORT_NAME,
  },
  {
    plural: 'trackedEntityTypes',
    name: 'TrackedEntityType',
    package: 'trackedentity',
    createPublic: ['F_TRACKED_ENTITY_ADD'],
    delete: ['F_TRACKED_ENTITY_DELETE'],
  },
  { plural: 'programs', name: 'Program', package: 'program', authority: 'PROGRAM', properties: SHORT_NAME },
  {
    plural: 'programStages',
    name: 'ProgramStage',
    package: 'program',
    createPublic: ['F_PROGRAMSTAGE_ADD'],
    delete: ['F_PROGRAMSTAGE_DELETE'],
  },
  { plural: 'attributes', name: 'Attribute', package: 'attribute', authority: 'ATTRIBUTE' },
  { plural: 'constants', name: 'Constant', package: 'constant', authority: 'CONSTANT' },
  { plural: 'indicators', name: 'Indicator', package: 'indicator', authority: 'INDICATOR' },
  {
    plural: 'indicatorTypes',
    name: 'IndicatorType',
    package: 'indicator',
    createPublic: ['F_INDICATORTYPE_ADD'],
    delete: ['F_INDICATORTYPE_DELETE'],
  },
  { plural: 'dataElementGroups', name: 'DataElementGroup', package: 'dataelement', authority: 'DATAELEMENTGROUP' },
  {
    plural: 'organisationUnitGroups',
    name: 'OrganisationUnitGroup',
    package: 'organisationunit',
    authority: 'ORGUNITGROUP',
  },
  {
    plural: 'organisationUnitGroupSets',
    name: 'OrganisationUnitGroupSet',
    package: 'organisationunit',
    authority: 'ORGUNITGROUPSET',
  },
  { plural: 'dashboards', name: 'Dashboard', package: 'dashboard' },
  { plural: 'visualizations', name: 'Visualization', package: 'visualization' },
  { plural: 'legendSets', name: 'LegendSet', package: 'legend', authority: 'LEGEND_SET' },
  {
    plural: 'apiToken',
    name: 'ApiToken',
    package: 'security.apikey',
    hidden: ['keyHash'],
    properties: { name: { ...kept('text'), required: false } },
  },
]

function schemaOf(row: SchemaRow): Schema {
  const add = (kind: string) => (row.authority === undefined ? [] : [`F_${row.authority}_${kind}`])
  return {
    plural: row.plural,
    name: row.name,
    klass: `org.hisp.dhis.${row.package}.${row.name}`,
    properties: { ...COMMON, ...row.properties },
    open: row.open ?? true,
    hidden: row.hidden ?? [],
    shareable: row.shareable ?? true,
    translatable: row.translatable ?? true,
    createPublic: row.createPublic ?? add('PUBLIC_ADD'),
    createPrivate: row.createPrivate ?? add('PRIVATE_ADD'),
    delete: row.delete ?? add('DELETE'),
    externalize: add('EXTERNAL'),
  }
}

let byPlural: ReadonlyMap<string, Schema> | undefined

/** Every type that has a route. */
export function allSchemas(): ReadonlyMap<string, Schema> {
  byPlural ??= new Map(ROWS.map((row) => [row.plural, schemaOf(row)]))
  return byPlural
}

/** The schema of a type; undefined for a type that the API does not have. */
export function findSchema(plural: string): Schema | undefined {
  return allSchemas().get(plural)
}

/**
 * The type that a property of this name points to, by the way DHIS2 names things: `categoryCombo`, `organisationUnits`.
 * Undefined when its values are no references.
 */
export function referenceTarget(schema: Schema | undefined, property: string): string | undefined {
  const declared = schema?.properties[property]?.target
  if (declared !== undefined) return declared
  if (property in ALIASES) return ALIASES[property]
  if (findSchema(property) !== undefined) return property
  const plural = property.endsWith('y') ? `${property.slice(0, -1)}ies` : `${property}s`
  return findSchema(plural) === undefined ? undefined : plural
}

const ALIASES: Readonly<Record<string, string>> = {
  orgUnit: 'organisationUnits',
  image: 'fileResources',
  avatar: 'fileResources',
  fileResource: 'fileResources',
  createdBy: 'users',
  lastUpdatedBy: 'users',
}
