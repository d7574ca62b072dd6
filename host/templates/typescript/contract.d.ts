// The contract in wit/ as types, in the shapes that componentize-qjs hands over. The manual is in wit/: this has the names alone.
// Written by a test of keyreeve from wit/.

export type Timestamp = number;

export type Attributes = [string, string][];

export type Environment = "unspecified" | "production" | "staging" | "test";

export type Holder = "unspecified" | "shared" | "personal";

export type Network = "unspecified" | "untrusted" | "trusted";

export type Data = "unspecified" | "sensitive" | "other";

export type Purpose = "unspecified" | "live" | "fixture" | "trust-store";

export interface Context {
  environment: Environment;
  holder: Holder;
  network: Network;
  data: Data;
  purpose: Purpose;
}

export interface Unknown {
  field: string;
  reason: string;
}

export interface PublicKey {
  algorithm: string;
  bits: number;
  curve: string;
  exponent: Uint8Array;
  attributes: Attributes;
}

export interface Part {
  field: string;
  position: number | null;
}

export type Severity = "low" | "medium" | "high" | "critical";

export type Verdict = { tag: "violation"; val: Severity } | { tag: "undetermined" };

export interface Finding {
  fact: number;
  part: Part | null;
  related: Part[];
  verdict: Verdict;
  message: string;
  remedy: string;
  attributes: Attributes;
}

export interface Scan {
  asOf: Timestamp;
  attributes: Attributes;
}

export type Side = "server" | "client";

export type Transport = "tls" | "starttls-required" | "starttls-optional" | "plaintext";

export type Verification = "none" | "optional" | "required";

export interface TlsEndpoint {
  context: Context;
  unknown: Unknown[];
  side: Side;
  transport: Transport;
  names: string[];
  versions: number[];
  suites: number[];
  groups: number[];
  verification: Verification;
  attributes: Attributes;
}

export interface Certificate {
  context: Context;
  unknown: Unknown[];
  names: string[];
  key: PublicKey;
  signatureAlgorithm: string;
  signatureHash: string;
  notBefore: Timestamp;
  notAfter: Timestamp;
  authority: boolean;
  selfIssued: boolean;
  lastRotated: Timestamp | null;
  inventoried: boolean;
  attributes: Attributes;
}

export type Role = "private" | "public" | "request";

export type Protection = "not-needed" | "plaintext" | "passphrase" | "hardware";

export interface Encryption {
  scheme: string;
  kdf: string;
  prf: string;
  iterations: number;
  cipher: string;
  attributes: Attributes;
}

export interface Key {
  context: Context;
  unknown: Unknown[];
  role: Role;
  format: string;
  public: PublicKey;
  protection: Protection;
  encryption: Encryption | null;
  lastRotated: Timestamp | null;
  inventoried: boolean;
  attributes: Attributes;
}

export interface InventoryEntry {
  context: Context;
  unknown: Unknown[];
  id: string;
  kind: string;
  creator: string;
  service: string;
  created: Timestamp | null;
  lastRotated: Timestamp | null;
  owner: string;
  fingerprint: string;
  path: string;
  found: boolean;
  attributes: Attributes;
}

export interface Opener {
  label: string;
  matches: boolean;
  beside: boolean;
  plaintext: boolean;
  attributes: Attributes;
}

export interface EncryptedItem {
  context: Context;
  unknown: Unknown[];
  format: string;
  cipher: string;
  keyBits: number;
  authenticated: boolean;
  kdf: string;
  prf: string;
  iterations: number;
  recipients: string[];
  encryptedAt: Timestamp | null;
  keyCreated: Timestamp | null;
  openers: Opener[];
  attributes: Attributes;
}

export interface RevocationList {
  context: Context;
  unknown: Unknown[];
  issuer: string;
  signatureAlgorithm: string;
  signatureHash: string;
  thisUpdate: Timestamp;
  nextUpdate: Timestamp | null;
  revoked: number;
  attributes: Attributes;
}

export type Value = { tag: "boolean"; val: boolean } | { tag: "integer"; val: number } | { tag: "text"; val: string } | { tag: "texts"; val: string[] } | { tag: "days"; val: number };

export interface Setting {
  name: string;
  default: Value;
  doc: string;
  attributes: Attributes;
}

export interface Info {
  id: string;
  version: string;
  title: string;
  statement: string;
  rationale: string;
  severity: Severity;
  settings: Setting[];
  reads: string[];
  attributes: Attributes;
}

export interface Rule {
  describe(): Info;
  configure(settings: [string, Value][]): void;
}

export interface Judge<Fact> {
  check(scan: Scan, facts: Fact[]): Finding[];
}
