// The colours of a campaign, token by token, with the tokenizer that VS Code uses.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

const require = createRequire(import.meta.url);
const { Registry, parseRawGrammar, INITIAL } = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const file = new URL("../syntaxes/campaign.tmLanguage.json", import.meta.url);

async function grammar() {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm);
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => parseRawGrammar(readFileSync(file, "utf8"), "campaign.tmLanguage.json"),
  });
  return registry.loadGrammar("source.campaign");
}

const known = await grammar();

function scopes(lines) {
  let state = INITIAL;
  return lines.flatMap((line) => {
    const read = known.tokenizeLine(line, state);
    state = read.ruleStack;
    return read.tokens.map((token) => [line.slice(token.startIndex, token.endIndex).trim(), token.scopes.at(-1)]);
  });
}

function has(lines, word, scope) {
  const found = scopes(lines).filter(([text]) => text === word);
  assert.ok(
    found.some(([, own]) => own.startsWith(scope)),
    `${word} should be ${scope}, is ${JSON.stringify(found)}`,
  );
}

test("a header names a campaign", () => {
  has(["campaign cto_intro version 3"], "cto_intro", "entity.name.type");
  has(["campaign cto_intro version 3"], "3", "constant.numeric");
});

test("a label, a statement, a length of time", () => {
  has(["  accept: wait up to 14 days"], "accept", "entity.name.label");
  has(["  accept: wait up to 14 days"], "wait up to", "keyword.control");
  has(["  accept: wait up to 14 days"], "14 days", "constant.numeric.duration");
  has(["    late: within 2 days else skip"], "late:", "keyword.control");
});

test("a text with a variable, a filter and spintax", () => {
  const line = '  "{Hi|Hello} {{ first_name | title }}"';
  has([line], "|", "keyword.operator.spintax");
  has([line], "first_name", "variable.other.field");
  has([line], "title", "support.function.filter");
});

test("a text over several lines ends where it ends", () => {
  const lines = ['  """', "    if stop as 3 days {{ company }}", '  """', "  stop as no_answer"];
  has(lines, "company", "variable.other.field");
  has(lines, "no_answer", "constant.other.outcome");
  assert.ok(!scopes(lines).some(([text, scope]) => text === "3 days" && scope.startsWith("constant")));
});

test("a comment is one to its end", () => {
  has(["  # send intro"], "# send intro", "comment.line");
});
