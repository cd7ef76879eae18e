import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { REPOSITORY, sourcePaths } from '../../architecture/source-tree';

/** A `Statement` as the source has it. */
export interface SourceStatement {
  readonly path: string;
  /** A part of it that is only known when it runs is a `*`. */
  readonly name: string;
  /** What its comment says; empty without one. */
  readonly comment: string;
}

/** Every object of `src` with a `name` and a `text` of SQL, by its place. */
export function statementsInSource(): SourceStatement[] {
  return sourcePaths(['src'])
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
    .flatMap((path) => statementsIn(path, readFileSync(join(REPOSITORY, path), 'utf8')));
}

export function statementsIn(path: string, text: string): SourceStatement[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: SourceStatement[] = [];
  const visit = (node: ts.Node): void => {
    const name = ts.isObjectLiteralExpression(node) ? nameOf(node) : undefined;
    if (name !== undefined) found.push({ path, name, comment: commentOn(node) });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function nameOf(object: ts.ObjectLiteralExpression): string | undefined {
  const property = (key: string): ts.Expression | undefined => {
    const found = object.properties.find((one) => one.name?.getText() === key);
    return found !== undefined && ts.isPropertyAssignment(found) ? found.initializer : undefined;
  };
  const name = property('name');
  if (name === undefined || property('text') === undefined) return undefined;
  const text = name
    .getText()
    .slice(1, -1)
    .replaceAll(/\$\{.*?\}/g, '*');
  return /^\w+\.[\w*]+$/.test(text) ? text : undefined;
}

/** Of the declaration it stands in. */
function commentOn(node: ts.Node): string {
  let declaration = node;
  while (!ts.isSourceFile(declaration.parent)) declaration = declaration.parent;
  const comments = ts.getJSDocCommentsAndTags(declaration).filter(ts.isJSDoc);
  return (
    ts
      .getTextOfJSDocComment(comments.at(-1)?.comment)
      ?.replaceAll(/\s*\n\s*/g, ' ')
      .trim() ?? ''
  );
}
