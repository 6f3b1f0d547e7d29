// Core gives the same bits on every host. JavaScript engines each round exp, sin or pow in their
// own way, and know a clock, a locale and random numbers; core uses none of these.
import ts from 'typescript';

/** Members of Math that the language defines to the last bit. */
const exactMath = new Set(
  'abs ceil clz32 floor fround imul max min round sign sqrt trunc E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2'.split(
    ' ',
  ),
);

/** Globals whose answer depends on where and when they are asked. */
const forbiddenGlobals = new Set(['Date', 'Intl', 'performance', 'crypto', 'Atomics', 'Temporal']);

/** Methods that depend on the user's language. */
const localeMethods = /^(localeCompare|toLocale\w+)$/;

/** Returns one sentence per offence: file, line, what was found and what to use. */
export function findHostArithmetic(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const problems = [];
  const report = (node, found, expected) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    problems.push(`${path}:${line + 1}: ${found}; ${expected}.`);
  };
  visit(source);
  return problems;

  function visit(node) {
    if (ts.isIdentifier(node) && !isName(node)) checkGlobal(node);
    if (ts.isPropertyAccessExpression(node) && localeMethods.test(node.name.text)) {
      report(node, `${node.name.text} depends on the host's locale`, 'compare code units');
    }
    if (ts.isBinaryExpression(node) && isPower(node.operatorToken.kind) && !isExactPower(node)) {
      report(node, `${node.getText()} is rounded by each engine in its own way`, 'write a product');
    }
    ts.forEachChild(node, visit);
  }

  function checkGlobal(node) {
    const { parent } = node;
    if (node.text === 'Math') {
      const member =
        ts.isPropertyAccessExpression(parent) && parent.expression === node && parent.name.text;
      if (!member) report(node, 'Math without a member', 'name the function: Math.sqrt');
      else if (!exactMath.has(member)) {
        const use = 'use kernels.exp, log, sin or cos, Random or plain arithmetic';
        report(node, `Math.${member} differs between engines`, use);
      }
    } else if (node.text === 'globalThis') {
      report(node, 'globalThis reaches the host', 'take what is needed as a parameter');
    } else if (forbiddenGlobals.has(node.text)) {
      report(node, `${node.text} belongs to the host`, 'take its value as a parameter');
    }
  }
}

/** The name of a member, property or type: `x.Date`, `{ Date: 1 }`. */
function isName(node) {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node)
  );
}

function isPower(kind) {
  return (
    kind === ts.SyntaxKind.AsteriskAsteriskToken ||
    kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken
  );
}

/** Powers of two are exact everywhere; so is a literal to a literal integer while below 2^53. */
function isExactPower({ left, right }) {
  if (!ts.isNumericLiteral(left)) return false;
  if (Number(left.text) === 2) return true;
  return (
    ts.isNumericLiteral(right) && Number.isSafeInteger(Number(left.text) ** Number(right.text))
  );
}
