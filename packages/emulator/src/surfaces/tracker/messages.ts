import type { Traits } from '../../versions.js'
import type { TrackerType } from './types.js'

/** One reason why the importer refused an object. */
export interface TrackerError {
  readonly message: string
  readonly errorCode: string
  readonly trackerType: TrackerType
  readonly uid: string
  readonly args: readonly string[]
}

/** An argument that messages of 2.41 leave out, although it is listed among `args`. */
export class EnumArgument {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** Texts by code: as they were first, and as 2.42 reworded them where it did. */
const TEXTS: Readonly<Record<string, readonly [first: string, reworded?: string]>> = {
  E1000: [
    'User: `{0}`, has no write access to OrganisationUnit: `{1}`.',
    'User: `{0}` has no capture scope access to OrganisationUnit: `{1}`.',
  ],
  E1001: [
    'User: `{0}`, has no data write access to TrackedEntityType: `{1}`.',
    'User: `{0}` has no data write access to TrackedEntityType: `{1}`.',
  ],
  E1002: ['TrackedEntity: `{0}`, already exists.'],
  E1005: ['Could not find TrackedEntityType: `{0}`.'],
  E1006: ['Attribute: `{0}`, does not exist.', 'Attribute: `{0}` does not exist.'],
  E1007: ['Error validating attribute value type: `{0}`; Error: `{1}`.'],
  E1009: [
    'File resource: `{0}`, has already been assigned to a different object.',
    'File resource: `{0}` has already been assigned to another object.',
  ],
  E1010: ['Could not find Program: `{0}`, linked to Event.'],
  E1011: ['Could not find OrganisationUnit: `{0}`, linked to Event.'],
  E1013: ['Could not find ProgramStage: `{0}`, linked to Event.'],
  E1014: [
    'Provided Program: `{0}`, is a Program without registration. An Enrollment cannot be created into Program without registration.',
    'Provided Program: `{0}` is a Program without registration. An Enrollment cannot be created into Program without registration.',
  ],
  E1015: [
    'TrackedEntity: `{0}`, already has an active Enrollment in Program `{1}`.',
    'TrackedEntity: `{0}` already has an active Enrollment in Program `{1}`.',
  ],
  E1016: [
    'TrackedEntity: `{0}`, already has an enrollment in Program: `{1}`, and this program only allows enrolling one time.',
    'TrackedEntity: `{0}` already has an Enrollment in Program: `{1}`, and this Program only allows enrolling once.',
  ],
  E1018: [
    'Attribute: `{0}`, is mandatory in program `{1}` but not declared in enrollment `{2}`.',
    'Attribute: `{0}` is mandatory in Program `{1}` but not declared in Enrollment `{2}`.',
  ],
  E1019: [
    'Only Program attributes is allowed for enrollment; Non valid attribute: `{0}`.',
    'Only ProgramAttributes are allowed for Enrollment, invalid Attribute: `{0}`.',
  ],
  E1022: [
    'TrackedEntity: `{0}`, must have same TrackedEntityType as Program `{1}`.',
    'TrackedEntity: `{0}` must have same TrackedEntityType as Program `{1}`.',
  ],
  E1025: ['Property enrolledAt is null or has an invalid format: `{0}`.', 'Property enrolledAt is null.'],
  E1029: [
    "Event OrganisationUnit: `{0}`, and Program: `{1}`, don't match.",
    'Event OrganisationUnit: `{0}` and Program: `{1}`, do not match.',
  ],
  E1030: ['Event: `{0}`, already exists.', 'Event: `{0}` already exists.'],
  E1031: ['Event OccurredAt date is missing.', 'Event occurredAt date is missing.'],
  E1032: ['Event: `{0}`, do not exist.', 'Event: `{0}` do not exist.'],
  E1033: ['Event: `{0}`, Enrollment value is null.', 'Event: `{0}` Enrollment value is null.'],
  E1039: [
    'ProgramStage: `{0}`, is not repeatable and an event already exists.',
    'ProgramStage: `{0}` is not repeatable and an Event already exists.',
  ],
  E1041: [
    "Enrollment OrganisationUnit: `{0}`, and Program: `{1}`, don't match.",
    'Enrollment OrganisationUnit: `{0}` and Program: `{1}` do not match.',
  ],
  E1048: ['Object: `{0}`, uid: `{1}`, has an invalid uid format.'],
  E1049: [
    'Could not find OrganisationUnit: `{0}`, linked to Tracked Entity.',
    'Could not find OrganisationUnit: `{0}` linked to TrackedEntity.',
  ],
  E1050: ['Event ScheduledAt date is missing.'],
  E1051: ['Event: `{0}` completedAt must be null when status is `{1}`.'],
  E1054: [
    'AttributeOptionCombo `{0}` is not in the event programs category combo `{1}`.',
    'AttributeOptionCombo `{0}` is not in the Event Program CategoryCombo `{1}`.',
  ],
  E1055: [
    'Default AttributeOptionCombo is not allowed since program has non-default CategoryCombo.',
    'Default AttributeOptionCombo is not allowed as Program has non-default CategoryCombo.',
  ],
  E1063: ['TrackedEntity: `{0}`, does not exist.'],
  E1064: [
    'Non-unique attribute value `{0}` for attribute `{1}`',
    'Non-unique attribute value `{0}` for attribute `{1}`.',
  ],
  E1068: [
    'Could not find TrackedEntity: `{0}`, linked to Enrollment.',
    'Could not find TrackedEntity: `{0}` linked to Enrollment.',
  ],
  E1069: [
    'Could not find Program: `{0}`, linked to Enrollment.',
    'Could not find Program: `{0}` linked to Enrollment.',
  ],
  E1070: [
    'Could not find OrganisationUnit: `{0}`, linked to Enrollment.',
    'Could not find OrganisationUnit: `{0}` linked to Enrollment.',
  ],
  E1075: ['Attribute: `{0}`, is missing uid.', 'Attribute: `{0}` UID is missing.'],
  E1076: ['`{0}` `{1}` is mandatory and cannot be null', '`{0}` `{1}` is mandatory and must be specified.'],
  E1079: [
    'Event: `{0}`, program: `{1}` is different from program defined in enrollment `{2}`.',
    'Event: `{0}` Program: `{1}` is different from Program defined in Enrollment `{2}`.',
  ],
  E1080: ['Enrollment: `{0}`, already exists.', 'Enrollment: `{0}` already exists.'],
  E1081: ['Enrollment: `{0}`, do not exist.', 'Enrollment: `{0}` do not exist.'],
  E1082: [
    'Event: `{0}`, is already deleted and cannot be modified.',
    'Event: `{0}` is already deleted and cannot be modified.',
  ],
  E1089: [
    'Event: `{0}`, references a Program Stage `{1}` that does not belong to Program `{2}`.',
    'Event: `{0}` references ProgramStage `{1}` which do not belong to Program `{2}`.',
  ],
  E1090: [
    'Attribute: `{0}`, is mandatory in tracked entity type `{1}` but not declared in tracked entity `{2}`.',
    'Attribute: `{0}` is mandatory in TrackedEntityType `{1}` but not found in TrackedEntity `{2}`.',
  ],
  E1091: [
    'User: `{0}`, has no data write access to Program: `{1}`.',
    'User: `{0}` has no data write access to Program: `{1}`.',
  ],
  E1095: [
    'User: `{0}`, has no data write access to ProgramStage: `{1}`.',
    'User: `{0}` has no data write access to ProgramStage: `{1}`.',
  ],
  E1100: [
    "User: `{0}`, is lacking 'F_TEI_CASCADE_DELETE' authority to delete TrackedEntity: `{1}`.",
    "User: `{0}` lacks 'F_TEI_CASCADE_DELETE' authority to delete TrackedEntity: `{1}`.",
  ],
  E1103: [
    "User: `{0}`, is lacking 'F_ENROLLMENT_CASCADE_DELETE' authority to delete Enrollment : `{1}`.",
    "User: `{0}` lacks 'F_ENROLLMENT_CASCADE_DELETE' authority to delete Enrollment : `{1}`.",
  ],
  E1113: [
    'Enrollment: `{0}`, is already deleted and cannot be modified.',
    'Enrollment: `{0}` is already deleted and cannot be modified.',
  ],
  E1114: [
    'TrackedEntity: `{0}`, is already deleted and cannot be modified.',
    'TrackedEntity: `{0}` is already deleted and cannot be modified.',
  ],
  E1115: ['Could not find CategoryOptionCombo: `{0}`.'],
  E1121: ['Missing required trackedEntity property: `{0}`.'],
  E1122: ['Missing required enrollment property: `{0}`.'],
  E1123: ['Missing required event property: `{0}`.'],
  E1125: [
    'Value `{0}` is not a valid option code in option set `{1}`',
    'Value `{0}` is not a valid option code in OptionSet `{1}`.',
  ],
  E1126: ['Not allowed to update Tracked Entity property: {0}.', 'Not allowed to update trackedEntity property: {0}.'],
  E1127: ['Not allowed to update Enrollment property: {0}.', 'Not allowed to update enrollment property: {0}.'],
  E1128: ['Not allowed to update Event property: {0}.', 'Not allowed to update event property: {0}.'],
  E1302: ['DataElement `{0}` is not valid: `{1}`', 'DataElement `{0}` is not valid: `{1}`.'],
  E1303: ['Mandatory DataElement `{0}` is not present', 'Mandatory DataElement `{0}` is not present.'],
  E1304: ['DataElement `{0}` is not a valid data element', 'DataElement `{0}` is not a valid DataElement.'],
  E1305: [
    'DataElement `{0}` is not part of `{1}` program stage',
    'DataElement `{0}` is not part of ProgramStage `{1}`.',
  ],
  E1315: ['Status `{0}` does not allow creating data values, allow statuses: {1}.'],
  E4006: ['Could not find relationship type: `{0}`.', 'Could not find RelationshipType: `{0}`.'],
  E5000: [
    '"{0}" `{1}` cannot be persisted because "{2}" `{3}` referenced by it cannot be persisted.',
    '{0} `{1}` cannot be created because {2} `{3}` referenced by it could not be created.',
  ],
}

/** The report of an error as the version words it. */
export function trackerError(
  traits: Traits,
  errorCode: string,
  about: { readonly type: TrackerType; readonly uid: string },
  args: readonly (string | EnumArgument)[],
): TrackerError {
  const [first = '', reworded = first] = TEXTS[errorCode] ?? []
  const inMessage = args.map((arg) => (typeof arg === 'string' ? arg : traits.trackerTexts === 'first' ? '' : arg.name))
  return {
    message: fill(traits.trackerTexts === 'first' ? first : reworded, inMessage),
    errorCode,
    trackerType: about.type,
    uid: about.uid,
    args: args.map((arg) => (typeof arg === 'string' ? arg : arg.name)),
  }
}

const fill = (text: string, args: readonly string[]) => text.replace(/\{(\d)\}/g, (_, at) => args[Number(at)] ?? '')
