// Starts `nilas lsp` for Nix files. What the server can do, it announces itself: nothing here
// knows a feature by name.

import { homedir } from 'node:os';
import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  State,
  type LanguageClientOptions,
  type ServerOptions,
  type StaticFeature,
} from 'vscode-languageclient/node';

const kInstallHint = 'Build it with `./dev run` in the nilas repository, then put it into PATH or set its path.';

// Documents that only the server has: whole values, derivations. It asks to show them, we ask for their text.
const kVirtualScheme = 'nilas';

// A server that dies this often within the window stays down until it is restarted by hand.
const kMaxCrashes = 3;
const kCrashWindowMs = 3 * 60 * 1000;

let client: LanguageClient | undefined;
let output: vscode.LogOutputChannel;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel('Nilas', { log: true });
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand('nilas.restart', restart),
    vscode.commands.registerCommand('nilas.showOutput', () => output.show()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('nilas.server')) void restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void announceTrust()),
    vscode.workspace.registerTextDocumentContentProvider(kVirtualScheme, { provideTextDocumentContent }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function start(): Promise<void> {
  const command = serverCommand();
  output.info(`starting ${[command.path, ...command.arguments].join(' ')}`);
  client = new LanguageClient('nilas', 'Nilas', serverOptions(command), clientOptions());
  client.registerFeature(kShowsVirtualDocuments);
  try {
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    output.error(reason);
    void offerHelp(`Nilas: the server "${command.path}" did not start (${firstLine(reason)}).`);
  }
}

async function stop(): Promise<void> {
  const stopping = client;
  client = undefined;
  // stop() rejects in every other state: a server that never started needs no farewell.
  if (stopping?.state === State.Running) await stopping.stop();
  await stopping?.dispose();
}

async function restart(): Promise<void> {
  await stop();
  await start();
}

// What LSP 3.18 calls workspace.textDocumentContent, for which the client's library is too old.
const kShowsVirtualDocuments: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    capabilities.experimental = { ...capabilities.experimental, textDocumentContent: true };
  },
  initialize: () => undefined,
  getState: () => ({ kind: 'static' }),
  clear: () => undefined,
};

async function provideTextDocumentContent(
  uri: vscode.Uri,
  token: vscode.CancellationToken,
): Promise<string | undefined> {
  const content = await client?.sendRequest<{ text: string } | null>(
    'workspace/textDocumentContent',
    { uri: uri.toString() },
    token,
  );
  return content?.text;
}

interface ServerCommand {
  path: string;
  arguments: string[];
}

function serverCommand(): ServerCommand {
  const settings = vscode.workspace.getConfiguration('nilas.server');
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const path = settings
    .get<string>('path', 'nilas')
    .replace(/^~(?=\/|$)/, homedir())
    .replaceAll('${workspaceFolder}', folder);
  return { path, arguments: settings.get<string[]>('arguments', ['lsp']) };
}

function serverOptions(command: ServerCommand): ServerOptions {
  return { command: command.path, args: command.arguments };
}

function clientOptions(): LanguageClientOptions {
  const crashes: number[] = [];
  return {
    documentSelector: [
      { language: 'nix', scheme: 'file' },
      { language: 'nix', scheme: 'untitled' },
    ],
    outputChannel: output,
    middleware: {
      workspace: {
        configuration: async (params, token, next) => {
          const answers = await next(params, token);
          if (!Array.isArray(answers)) return answers;
          return answers.map((answer, index) =>
            params.items[index]?.section === 'nilas' ? serverSettings(answer) : answer,
          );
        },
      },
    },
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    errorHandler: {
      // A broken pipe is followed by `closed`, which has more to say.
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        const now = Date.now();
        crashes.push(now);
        const recent = crashes.filter((time) => now - time < kCrashWindowMs).length;
        if (recent <= kMaxCrashes) return { action: CloseAction.Restart, handled: true };
        void offerHelp('Nilas: the server keeps stopping.');
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
}

// The section "nilas" without what is the client's business; the server reports unknown keys.
function serverSettings(section: Record<string, unknown>): Record<string, unknown> {
  const { server: _server, trace: _trace, ...settings } = section;
  return { ...settings, trusted: settings.trusted !== false && vscode.workspace.isTrusted };
}

async function announceTrust(): Promise<void> {
  await client?.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
}

async function offerHelp(message: string): Promise<void> {
  const settings = 'Open Settings';
  const log = 'Show Output';
  const answer = await vscode.window.showErrorMessage(`${message} ${kInstallHint}`, settings, log);
  if (answer === settings) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'nilas.server');
  } else if (answer === log) {
    output.show();
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
