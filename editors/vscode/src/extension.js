// Starts `engine lsp` and connects the editor to it. Everything that is known of the language, the engine says.
const { workspace, window, commands } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

function engine() {
  return workspace.getConfiguration("campaign").get("engine.path", "engine");
}

async function start() {
  const run = { command: engine(), args: ["lsp"], transport: TransportKind.stdio };
  const options = {
    documentSelector: [
      { scheme: "file", language: "campaign" },
      { scheme: "file", language: "yaml", pattern: "**/campaigns/**/*.{yaml,yml}" },
    ],
    synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.{camp,yaml,yml,csv,ics}") },
  };
  client = new LanguageClient("campaign", "Campaigns", { run, debug: run }, options);
  try {
    await client.start();
  } catch (fault) {
    const settings = "Open settings";
    const chosen = await window.showErrorMessage(
      `Cannot start \`${engine()} lsp\`: ${fault.message}. Install engine, or say where it is.`,
      settings,
    );
    if (chosen === settings) {
      await commands.executeCommand("workbench.action.openSettings", "campaign.engine.path");
    }
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running?.isRunning()) {
    await running.stop();
  }
}

async function activate(context) {
  context.subscriptions.push(
    commands.registerCommand("campaign.restart", async () => {
      await stop();
      await start();
    }),
    workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("campaign.engine.path")) {
        await stop();
        await start();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
