import { equalBytes } from '../../base/bytes.ts';
import {
  type DigestName,
  hashBytes,
  identifyBySha1,
  isSignedBy,
  type PublicKey,
  type SignatureAlgorithm,
} from './algorithm.ts';
import type { Certificate } from './certificate.ts';
import { type Chain, findChains } from './chain.ts';
import { encodeContext } from './der-writer.ts';
import { TspError } from './error.ts';
import { requireSignerPurpose } from './purpose.ts';
import type { Imprint } from './request.ts';
import type { CertificateId } from './signed-attributes.ts';
import { isNamedBy, readToken, type Token } from './token.ts';
import type { TstInfo } from './tst-info.ts';

/** What a token has to be, besides right in itself. */
export interface TokenExpectation {
  /** What was stamped: its digest by the algorithm that the token has. */
  readonly digestOf: (digest: DigestName) => Uint8Array | null;
  /** Who is believed. */
  readonly roots: readonly Certificate[];
  /** Certificates that may be missing in the token. */
  readonly certificates?: readonly Certificate[];
  /** An INTEGER's content; when it is given, the token must have it. */
  readonly nonce?: Uint8Array;
  /** When they are given, the token's must be one of them. */
  readonly policies?: readonly string[];
  /** Epoch ms: no token is from later. */
  readonly now: number;
}

/** Clocks of others may be so much ahead of ours. */
const CLOCK_TOLERANCE_MS = 60_000;

/** A signature that is still to be checked. */
export interface SignatureCheck {
  readonly key: PublicKey;
  readonly algorithm: SignatureAlgorithm;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** A token about which all is right but for its signatures, which somebody with a crypto library has to check. */
export interface ExaminedToken {
  readonly info: TstInfo;
  readonly signer: Certificate;
  readonly signature: SignatureCheck;
  /** Ways from the signer to a root; it is enough when all signatures of one of them are right. */
  readonly chains: readonly { readonly chain: Chain; readonly signatures: readonly SignatureCheck[] }[];
}

/** Whether a signature is right. A malformed one or a malformed key is not. */
export type CheckSignature = (check: SignatureCheck) => boolean | Promise<boolean>;

export interface VerifiedToken {
  readonly info: TstInfo;
  /** From the signer to a root. */
  readonly chain: Chain;
}

/** The digest of something whose one digest is known. */
export function expectImprint({ digest, hash }: Imprint): TokenExpectation['digestOf'] {
  return (asked) => (asked === digest ? hash : null);
}

/** The digest of something that is at hand. */
export function expectData(data: Uint8Array): TokenExpectation['digestOf'] {
  return (digest) => hashBytes(digest, data);
}

/** Reads a token and checks everything about it. Throws TspError with the step that failed. */
export async function verifyToken(
  der: Uint8Array,
  expected: TokenExpectation,
  check: CheckSignature,
): Promise<VerifiedToken> {
  const { info, signature, chains } = examineToken(der, expected);
  if (!(await check(signature))) throw new TspError('signature', "the signature is not by the signer's key");
  for (const { chain, signatures } of chains) {
    let isRight = true;
    for (const each of signatures) isRight &&= await check(each);
    if (isRight) return { info, chain };
  }
  throw new TspError('chain-signature', 'a certificate was not signed by its issuer');
}

/** Everything that `verifyToken` does but for checking signatures. Throws TspError with the step that failed. */
export function examineToken(der: Uint8Array, expected: TokenExpectation): ExaminedToken {
  const token = readToken(der);
  const { info } = token;
  requireImprint(info.imprint, expected);
  if (expected.nonce !== undefined && (info.nonce === null || !equalBytes(info.nonce, expected.nonce))) {
    throw new TspError('nonce', 'the token answers another request');
  }
  if (expected.policies !== undefined && !expected.policies.includes(info.policy)) {
    throw new TspError('policy', `the token is under policy ${info.policy}`);
  }
  if (!equalBytes(hashBytes(token.digest, token.content), token.attributes.messageDigest)) {
    throw new TspError('message-digest', 'what is signed is not the content');
  }
  const known = [...token.certificates, ...(expected.certificates ?? []), ...expected.roots];
  const signer = findSigner(token, known);
  requireSignerPurpose(signer);
  requireAuthorityName(info, signer);
  if (info.time > expected.now + CLOCK_TOLERANCE_MS) throw new TspError('future-time', 'the token is from the future');
  const chains = findChains(signer, known, expected.roots, info.time).filter((chain) =>
    token.attributes.certificateIds.every((id) => chain.some((certificate) => isIdOf(id, certificate))),
  );
  if (chains.length === 0) throw new TspError('signing-certificate', 'a signed certificate is not in the chain');
  return {
    info,
    signer,
    signature: {
      key: signer.publicKey,
      algorithm: token.signatureAlgorithm,
      message: token.attributes.signedBytes,
      signature: token.signature,
    },
    chains: chains.map((chain) => ({ chain, signatures: listSignatures(chain) })),
  };
}

function requireImprint({ digest, hash }: Imprint, { digestOf }: TokenExpectation): void {
  const stamped = digestOf(digest);
  if (stamped === null || !equalBytes(stamped, hash)) throw new TspError('imprint', 'the token is of other bytes');
}

/** The signed hash decides among certificates of one name and number: somebody else may have made another one. */
function findSigner({ signerId, attributes, signatureAlgorithm }: Token, known: readonly Certificate[]): Certificate {
  const [id] = attributes.certificateIds;
  const named = known.filter((certificate) => isNamedBy(certificate, signerId));
  if (named.length === 0) throw new TspError('signer-missing', "the signer's certificate is not there");
  const signer = named.find((certificate) => isIdOf(id, certificate));
  if (signer === undefined) throw new TspError('signing-certificate', 'the signer named another certificate');
  if (!isSignedBy(signatureAlgorithm, signer.publicKey)) {
    throw new TspError('algorithm', "the signature is of another kind than the signer's key");
  }
  return signer;
}

function isIdOf({ digest, hash, issuerSerial }: CertificateId, certificate: Certificate): boolean {
  const own = digest === 'SHA-1' ? identifyBySha1(certificate.der) : hashBytes(digest, certificate.der);
  return (
    equalBytes(own, hash) &&
    (issuerSerial === null ||
      (equalBytes(issuerSerial.issuer, certificate.issuer) &&
        equalBytes(issuerSerial.serialNumber, certificate.serialNumber)))
  );
}

/** RFC 3161 section 2.4.2: where a token names its authority, that is one of the certificate's names. */
function requireAuthorityName({ authority }: TstInfo, { subject, subjectAlternatives }: Certificate): void {
  if (authority === null) return;
  const names = [encodeContext(4, subject), ...subjectAlternatives];
  if (!names.some((name) => equalBytes(name, authority))) {
    throw new TspError('authority-name', 'the token names another authority');
  }
}

function listSignatures(chain: Chain): SignatureCheck[] {
  return chain.slice(1).map(({ publicKey }, i) => {
    const { signedBytes, signatureAlgorithm, signature } = chain[i]!;
    return { key: publicKey, algorithm: signatureAlgorithm!, message: signedBytes, signature };
  });
}
