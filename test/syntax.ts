/** Queries on syntax trees, for the architecture tests. */
import { posix } from "node:path";
import vm from "node:vm";
import ts from "typescript";
import { isIndex, visit, type Package, type Source } from "./repository.ts";

type Named = ts.NamedDeclaration & { readonly name: ts.Node };

/** Lists the declarations that a file itself exports, without re-exports. */
export function exportsOf({ tree }: Source): Named[] {
  return tree.statements.filter(isExported).flatMap((statement) => {
    const named: readonly ts.Node[] = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations
      : [statement];
    return named as readonly Named[];
  });
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : [];
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

export function nameOf(declaration: Named): string {
  return declaration.name.getText();
}

/**
 * Tells whether the name of a file matches the first or last words of an export: `error.ts` may contain `ResilienceError`, and
 * `check.ts` functions that begin with `check`.
 */
export function isNamedAfterAnExport(source: Source): boolean {
  const name = posix.basename(source.path, ".ts");
  return exportsOf(source).some((each) => {
    const exported = kebabCase(nameOf(each));
    return exported === name || exported.startsWith(`${name}-`) || exported.endsWith(`-${name}`);
  });
}

function kebabCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

/**
 * Tells whether an export is documented. An interface needs no comment if all of its fields have one, an overload if another one has
 * one, and the only export of a file if the file has one.
 */
export function isExplained(each: Named, source: Source): boolean {
  const exported = exportsOf(source);
  const members = ts.isInterfaceDeclaration(each) ? each.members : [];
  return (
    (members.length > 0 && members.every(isDocumented)) ||
    (exported.length === 1 && /^\/\*\* .+ \*\/\n/.test(source.tree.text)) ||
    exported.some((other) => nameOf(other) === nameOf(each) && isDocumented(other))
  );
}

/** Tells whether an index.ts of a package exports `name`. */
export function isPublic(name: string, { sources }: Package): boolean {
  return sources.some((source) => isIndex(source) && new RegExp(`\\b${name}\\b`).test(source.tree.text));
}

export function isDocumented(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(ts.isVariableDeclaration(node) ? node.parent.parent : node).some(ts.isJSDoc);
}

type OptionField = ts.PropertySignature & { readonly parent: ts.InterfaceDeclaration };

/** Lists the fields of all options interfaces in a source. */
export function optionsIn({ tree }: Source): OptionField[] {
  return tree.statements
    .filter(ts.isInterfaceDeclaration)
    .filter((each) => each.name.text.endsWith("Options"))
    .flatMap((each) => each.members.filter(ts.isPropertySignature) as OptionField[]);
}

export function isReadonly(field: ts.PropertySignature): boolean {
  return field.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) ?? false;
}

/** Lists the literal defaults of destructured options parameters, each with the `@default` of its option. */
export function defaultsIn(source: Source): { node: ts.Node; code: string; comment: string }[] {
  const interfaces = source.tree.statements.filter(ts.isInterfaceDeclaration);
  return nodesIn(source, ts.isParameter).flatMap((parameter) => {
    const { name, type } = parameter as ts.ParameterDeclaration;
    const options = interfaces.find((each) => each.name.text === type?.getText().split("<")[0]);
    if (!options || !ts.isObjectBindingPattern(name)) return [];
    return name.elements.flatMap(({ name: local, propertyName = local, initializer }) => {
      const field = options.members.find((each) => each.name?.getText() === propertyName.getText());
      if (!field || !initializer || !isLiteral(initializer)) return [];
      const tag = ts.getJSDocTags(field).find((each) => each.tagName.text === "default");
      const comment = ts.getTextOfJSDocComment(tag?.comment) ?? "nothing";
      return [{ node: local, code: initializer.getText().replace(/\s+/g, " "), comment }];
    });
  });
}

function isLiteral(node: ts.Expression): boolean {
  if (ts.isPrefixUnaryExpression(node)) return isLiteral(node.operand);
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isLiteral);
  return ts.isLiteralExpression(node) || /^(true|false|null|Infinity)$/.test(node.getText());
}

/** Lists all nodes of a source that match. */
export function nodesIn({ tree }: Source, matches: (node: ts.Node) => boolean): ts.Node[] {
  const found: ts.Node[] = [];
  visit(tree, (node) => {
    if (matches(node)) found.push(node);
  });
  return found;
}

/** Tells whether a node is a property access that matches, such as `AbortSignal.any`. */
export function isProperty(node: ts.Node, pattern: RegExp): boolean {
  return ts.isPropertyAccessExpression(node) && pattern.test(node.getText().replaceAll("?", ""));
}

/** Tells whether a node uses the host's clock, timers or random numbers. */
export function isRealTime(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return ["setTimeout", "setInterval", "performance", "hrtime"].includes(node.text);
  if (ts.isNewExpression(node)) return node.expression.getText() === "Date" && !node.arguments?.length;
  if (ts.isCallExpression(node)) return node.expression.getText() === "Date";
  return isProperty(node, /^(Date\.now|Math\.random)$/);
}

/** Lists all names that a source declares, in any scope. */
export function declaredNames(source: Source): Set<string> {
  return new Set(nodesIn(source, (node) => isBinding(node) || ts.isParameter(node)).flatMap(namesIn));
}

/** Lists all names that a source uses, whether or not it declares them. */
export function usedNames(source: Source): string[] {
  const used = nodesIn(source, (node) => ts.isIdentifier(node) && isRead(node));
  return [...new Set(used.map((node) => node.getText()))];
}

/** Lists the top-level names of a module: exported and local ones. */
export function topLevelNames({ tree }: Source): { exported: string[]; local: string[] } {
  const exported: string[] = [];
  const local: string[] = [];
  for (const statement of tree.statements) {
    const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
    if (clause && ts.isNamedExports(clause)) exported.push(...clause.elements.map(({ name }) => name.text));
    const names = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.flatMap(namesIn)
      : isBinding(statement) || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
        ? namesIn(statement)
        : [];
    (isExported(statement) ? exported : local).push(...names);
  }
  return { exported, local };
}

/** Lists the names that a declaration binds, including those in a pattern. */
function namesIn(declaration: ts.Node): string[] {
  const { name } = declaration as ts.NamedDeclaration;
  if (!name) return [];
  if (ts.isObjectBindingPattern(name) || ts.isArrayBindingPattern(name)) return name.elements.flatMap(namesIn);
  return [name.getText()];
}

/** The globals of the language itself, which all hosts have. */
const language: ReadonlySet<string> = new Set(
  vm
    .runInNewContext("Object.getOwnPropertyNames(globalThis)")
    .filter((name: string) => !/^(console|globalThis)$/.test(name)),
);

/** Finds the host globals that a module reads on import: outside of functions, and neither its own nor those of the language. */
export function hostGlobalsReadByImport(source: Source): ts.Node[] {
  const own = new Set(nodesIn(source, isBinding).flatMap(namesIn));
  const found: ts.Node[] = [];
  visit(source.tree, (node) => {
    if (isLater(node)) return false;
    const isForeign = ts.isIdentifier(node) && isRead(node) && !own.has(node.text) && !language.has(node.text);
    if (isForeign) found.push(node);
    return true;
  });
  return found;
}

function isBinding(node: ts.Node): boolean {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isImportClause(node) ||
    ts.isImportSpecifier(node) ||
    ts.isNamespaceImport(node)
  );
}

/** Tells whether a node is not evaluated on import: functions and instance fields are evaluated later, types never. */
function isLater(node: ts.Node): boolean {
  if (ts.isExpressionWithTypeArguments(node))
    return (node.parent as ts.HeritageClause).token !== ts.SyntaxKind.ExtendsKeyword;
  if (ts.isPropertyDeclaration(node))
    return !ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
  return (
    ts.isFunctionLike(node) ||
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node)
  );
}

/** Tells whether an identifier reads a value, rather than naming a property or a declaration. */
function isRead(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return ts.isShorthandPropertyAssignment(parent) || !("name" in parent && parent.name === node);
}
