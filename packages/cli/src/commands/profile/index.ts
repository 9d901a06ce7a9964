import type { Command } from '../../command.js'
import { add } from './add.js'
import { makeDefault } from './default.js'
import { env } from './env.js'
import { list } from './list.js'
import { login } from './login.js'
import { logout } from './logout.js'
import { remove } from './remove.js'
import { rename } from './rename.js'
import { show } from './show.js'
import { verify } from './verify.js'

/** `profile …`, in the order of the help. */
export const PROFILE: readonly Command[] = [list, show, add, remove, rename, makeDefault, verify, login, logout, env]
