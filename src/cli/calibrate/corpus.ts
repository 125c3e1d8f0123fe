import { basename, relative, sep } from 'node:path';
import { listFiles } from '../list-files.ts';

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
      if ('failure' in listed || !/\.(?:wav|flac|mp3|ogg|oga|opus|m4a)$/i.test(listed.path)) continue;
      const inside = relative(folder, listed.path).split(sep);
      const release = inside.length > 1 ? inside[0]! : basename(folder);
      recordings.push({ path: listed.path, name: `${release}/${basename(listed.path)}`, release });
    }
  }
  return recordings.sort((a, b) => (a.path < b.path ? -1 : 1));
}
