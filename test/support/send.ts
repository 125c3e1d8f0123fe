export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Null for what is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what is in an answer is for the test to say
  readonly json: any;
}

/** One request; a body that is a string is sent as it is. What it leads to is not followed. */
export async function send(
  method: string,
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
}
