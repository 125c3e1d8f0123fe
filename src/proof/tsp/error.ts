import { CodedError } from '../../base/coded-error.ts';

/** The step of verification that failed, or what is wrong with bytes that are read. */
export type TspErrorCode =
  /** More bytes, more nesting or more parts than are read. */
  | 'too-large'
  /** Not strict DER, or not of the structure that the standard gives. */
  | 'malformed'
  /** The answer of the authority says that there is no token. */
  | 'rejected'
  /** Not a CMS signed TSTInfo of the version that RFC 3161 has. */
  | 'content-type'
  /** None or several signers. */
  | 'signer-count'
  /** A required signed attribute is missing, double, or of another content. */
  | 'signed-attributes'
  /** A digest, curve, key or signature algorithm that is not trusted here. */
  | 'algorithm'
  /** The signed digest is not that of the content. */
  | 'message-digest'
  /** The signer's certificate is neither in the token nor given. */
  | 'signer-missing'
  /** The signed identifier of the signer's certificate is missing or is that of another one. */
  | 'signing-certificate'
  /** The signer's certificate is not made for time stamping and nothing else. */
  | 'signer-purpose'
  /** The token names an authority that its signer is not. */
  | 'authority-name'
  /** The token is of other bytes. */
  | 'imprint'
  | 'nonce'
  | 'policy'
  /** The token's time is later than now. */
  | 'future-time'
  /** A certificate was not valid at the token's time. */
  | 'validity'
  /** No chain of certificates leads to a given root. */
  | 'chain'
  /** A certificate's signature is not by its issuer. */
  | 'chain-signature'
  /** The token's signature is not by its signer. */
  | 'signature';

/** Why a time-stamp request, response, token or certificate cannot be read or believed. */
export class TspError extends CodedError<TspErrorCode> {}
