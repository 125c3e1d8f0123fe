import { basename, join, relative } from 'node:path';
import { type ListedFile, listFiles } from '../list-files.ts';

/** One file of the corpus. */
export interface Recording {
  readonly path: string;
  /** For reports: the release and the path in it. */
  readonly name: string;
  /** What is split by: recordings of one release never stand in both halves. */
  readonly release: string;
}

/**
 * The audio files below the given folders. The first folder below a given one is the release; a file right in it is of a
 * release with the given folder's name.
 */
export async function findRecordings(folders: readonly string[]): Promise<Recording[]> {
  const recordings: Recording[] = [];
  for (const folder of folders) {
    for await (const listed of listFiles([folder], true)) {
      if (isFailed(listed) || !/\.(?:wav|flac|mp3|ogg|oga|opus|m4a)$/i.test(listed.path)) continue;
      const inside = relative(folder, listed.path);
      const release = inside.includes('/') ? inside.slice(0, inside.indexOf('/')) : basename(folder);
      recordings.push({ path: join(listed.path), name: `${release}/${basename(listed.path)}`, release });
    }
  }
  return recordings.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isFailed(listed: ListedFile): boolean {
  return 'failure' in listed;
}
