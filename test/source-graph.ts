import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The repository's folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** One import of one module. */
export interface Import {
  /** Path of the module that imports, relative to `src`, with slashes. */
  readonly from: string
  /** The same for the module that is imported; for a package or builtin its name. */
  readonly to: string
  readonly ours: boolean
  /** It leaves no trace in the JavaScript. */
  readonly typeOnly: boolean
  /** It is loaded when it is first used. */
  readonly dynamic: boolean
}

/** Every import in the sources of a package. */
export function importsOf(name: string): Import[] {
  const folder = join(ROOT, 'packages', name, 'src')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => importsIn(folder, file))
}

function importsIn(folder: string, file: string): Import[] {
  const path = join(folder, file)
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true)
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, dynamic: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const ours = specifier.text.startsWith('.')
    const to = ours
      ? slashes(relative(folder, join(dirname(path), specifier.text.replace(/\.js$/, '.ts'))))
      : specifier.text
    found.push({ from: slashes(file), to, ours, typeOnly, dynamic })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause), false)
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node), false)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false, true)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true, false)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isTypeOnly(clause: ts.ImportClause | ts.ExportDeclaration | undefined): boolean {
  if (clause === undefined) return false
  if (clause.isTypeOnly) return true
  const names = ts.isImportClause(clause) ? clause.namedBindings : clause.exportClause
  if (names === undefined || !(ts.isNamedImports(names) || ts.isNamedExports(names))) return false
  const whole = ts.isImportClause(clause) && clause.name !== undefined
  return !whole && names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly)
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/')
}

/** The names that a module of a package exports, values and types, sorted. They are written by hand, so the text tells. */
export function exportsOf(name: string, module: string): string[] {
  const folder = join(ROOT, 'packages', name, 'src')
  const source = ts.createSourceFile(module, readFileSync(join(folder, module), 'utf8'), ts.ScriptTarget.ES2022, true)
  const names = source.statements.flatMap((statement): string[] => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement
      if (exportClause && ts.isNamedExports(exportClause)) return exportClause.elements.map((e) => e.name.text)
      if (exportClause === undefined && moduleSpecifier && ts.isStringLiteral(moduleSpecifier)) {
        return exportsOf(name, moduleSpecifier.text.replace(/\.js$/, '.ts'))
      }
    }
    if ((ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement)) && statement.name) {
      return ts.getCombinedModifierFlags(statement) & ts.ModifierFlags.Export ? [statement.name.text] : []
    }
    if (ts.isImportDeclaration(statement)) return []
    throw new Error(`${module}: an export that this reader does not know: ${statement.getText().slice(0, 60)}`)
  })
  return [...new Set(names)].sort()
}
