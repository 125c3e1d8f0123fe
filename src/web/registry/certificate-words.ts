import type { OwnershipType, WorkType } from '../../core/works/work.ts';

/** Codes as people read them. A code that is not here is shown as it is. */

export const REVOCATION_WORDS: Readonly<Record<string, string>> = {
  false_declaration: 'What was declared about it turned out to be wrong.',
  not_human_made: 'It, or a part of it, was not made by people.',
  rights_dispute: 'Somebody else has the rights, or says so with good reason.',
  owner_request: 'Whoever it belongs to asked for it.',
  issued_in_error: 'It was issued by mistake.',
  key_compromise: 'The key that signed it may be in other hands.',
  sandbox: 'It is a test certificate, revoked to try that out.',
};

export const WORK_TYPE_WORDS: Readonly<Record<WorkType, string>> = {
  text: 'Text',
  photograph: 'Photograph',
  audio: 'Audio',
  video: 'Video',
  code: 'Code',
  blueprint: 'Blueprint',
  '3d': '3D model',
  dataset: 'Dataset',
  ai_prompt: 'AI prompt',
  composite: 'Composite',
  other: 'Other',
};

export const OWNERSHIP_WORDS: Readonly<Record<OwnershipType, string>> = {
  sole: 'Sole',
  joint: 'Joint',
  work_for_hire: 'Work for hire',
  licensed: 'Licensed',
  other: 'Other',
};

const AI_USE_WORDS: Readonly<Record<string, string>> = {
  none: 'None',
  assistive: 'As an aid',
  generative: 'Generated in part',
};

/** What was declared about a recording, in words. */
export function describeDeclarations(declarations: {
  readonly [name: string]: unknown;
}): readonly (readonly [name: string, value: string])[] {
  const yes = (name: string) => (declarations[name] === true ? 'Yes' : 'No');
  const aiUse = String(declarations.ai_use ?? '');
  return [
    ['Composed by people', yes('human_composition')],
    ['Performed by people', yes('human_performance')],
    ['Rights held by the submitter', yes('rights_held')],
    ['Use of AI', AI_USE_WORDS[aiUse] ?? aiUse],
  ];
}

const LANGUAGES = new Intl.DisplayNames('en-GB', { type: 'language' });

export function nameLanguage(code: string): string {
  return LANGUAGES.of(code) ?? code;
}

/** `3:07`, or `1:02:45`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
