import type { CertificateReader } from '../../core/certificate/store.ts';
import type { CertificatePosition } from '../../core/registry/certificate.ts';
import { readTrackoriginClaims } from '../../proof/certificate/trackorigin-manifest.ts';
import type { ListedRecording } from '../pages/recordings.ts';

/** What is shown of these certificates in a list, in their order; what was erased is left out. */
export async function listRecordings(
  certificates: Pick<CertificateReader, 'findMany'>,
  places: readonly CertificatePosition[],
): Promise<readonly ListedRecording[]> {
  const records = await certificates.findMany(places.map(({ id }) => id));
  const byId = new Map(records.map((record) => [record.id, record]));
  return places.flatMap(({ id }) => {
    const record = byId.get(id);
    if (record === undefined || record.manifestJson === '') return [];
    const { artist, track } = readTrackoriginClaims(JSON.parse(record.manifestJson));
    const { issuedAt, status } = record;
    return [{ id, title: track.title, artist, issuedAt, isActive: status === 'active' }];
  });
}
