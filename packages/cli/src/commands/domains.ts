/** What a file is for, as DHIS2 names it. */
export const DOMAINS = [
  'DATA_VALUE',
  'DOCUMENT',
  'MESSAGE_ATTACHMENT',
  'USER_AVATAR',
  'ORG_UNIT',
  'ICON',
  'JOB_DATA',
  'PUSH_ANALYSIS',
] as const
