#!/usr/bin/env python3
"""Checks receipts, proof bundles, certificates and OpenTimestamps proofs of Touchmark.

Needs Python 3.9 or later and nothing else. It asks no Touchmark server (but for --server, for keys) and believes none:
proofs are compared with Bitcoin block headers, signatures with keys that you name.

  python3 verify_cli.py receipt.json --file WORK
  python3 verify_cli.py proof-bundle.zip --file WORK --trusted-key KEY --headers headers.txt
  python3 verify_cli.py certificate.json --trusted-key KEY

Exit codes: 0 verified, 1 not verified or revoked, 2 pending: not in Bitcoin yet, 3 wrong usage, 4 could not be checked:
for certificates and bundles also that the key is their own word, because no key was given.

Licensed under the Apache License, Version 2.0.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import struct
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib

EXIT_OK, EXIT_FAILURE, EXIT_PENDING, EXIT_USAGE, EXIT_CANNOT_CHECK = 0, 1, 2, 3, 4
SAFE_MAX = 2 ** 53 - 1
MIB = 1024 * 1024
RECEIPT_MAX_BYTES = 4 * MIB
PROOF_MAX_BYTES = MIB
HEADERS_MAX_BYTES = 320 * MIB


class Refused(Exception):
    """Bytes that do not hold. `code` is a word for programs."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


class UsageError(Exception):
    pass


class Unusable(Exception):
    """Headers or keys that were given cannot be used."""


class SourceError(Exception):
    """What is needed could not be had."""


# ---------------------------------------------------------------------------------------------------------------------
# Bytes and text


def sha256(data):
    return hashlib.sha256(data).digest()


def decode_base64(text):
    if len(text) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text):
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


def decode_hex(text):
    if len(text) % 2 or not re.fullmatch(r"[0-9a-fA-F]*", text):
        return None
    return bytes.fromhex(text)


def utf16_length(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_safe_integer(value):
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) <= SAFE_MAX
    return isinstance(value, float) and value.is_integer() and abs(value) <= SAFE_MAX


def refuse_constant(_):
    raise ValueError("not JSON")


def parse_json(text, pairs_hook=None):
    """JSON as the standard has it; ValueError for anything else."""
    try:
        return json.loads(text, parse_constant=refuse_constant, object_pairs_hook=pairs_hook)
    except RecursionError:
        raise ValueError("nested too deeply")


CANONICAL_MAX_DEPTH = 32


def format_canonical(value, depth=0):
    """RFC 8785 with safe integers only; ValueError for what it cannot have."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        value.encode("utf-8")  # UnicodeEncodeError, a ValueError, for half of a surrogate pair.
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > SAFE_MAX:
            raise ValueError("a number is not a safe integer")
        return str(value)
    if isinstance(value, float):
        raise ValueError("a number is not an integer")
    if depth + 1 > CANONICAL_MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        return "[" + ",".join(format_canonical(item, depth + 1) for item in value) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    members = (format_canonical(name) + ":" + format_canonical(value[name], depth + 1) for name in names)
    return "{" + ",".join(members) + "}"


def encode_canonical(value):
    return format_canonical(value).encode("utf-8")


def parse_canonical(data):
    text = data.decode("utf-8")
    value = parse_json(text)
    if format_canonical(value) != text:
        raise ValueError("not canonical")
    return value


def no_name_twice(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def parse_unambiguous(data):
    """JSON that every reader reads alike; ValueError for anything else."""
    text = data.decode("utf-8")
    value = parse_json(text, no_name_twice)
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    if re.search(r"[0-9][.eE]|-0", outside):
        raise ValueError("a number is not a plain integer")
    format_canonical(value)
    return value


def days_from_civil(year, month, day):
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def epoch_ms(year, month, day, hour, minute, second, ms=0):
    """Milliseconds since 1970, or None for a moment that does not exist."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1] or hour > 23 or minute > 59 or second > 59:
        return None
    return (((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms


ISO_TIME = re.compile(r"([0-9]{4}|[+-][0-9]{6})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z")
TIME_MAX_MS = 8_640_000_000_000_000


def parse_iso_time(text):
    match = ISO_TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    year = int(match[1])
    if len(match[1]) > 4 and 0 <= year <= 9999:
        return None
    at = epoch_ms(year, *(int(part) for part in match.groups()[1:]))
    return None if at is None or abs(at) > TIME_MAX_MS else at


def format_iso_time(ms):
    seconds, rest = divmod(ms, 1000)
    moment = time.gmtime(seconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S", moment) + ".%03dZ" % rest


def decode_lossy(data):
    text = data.decode("utf-8", "replace")
    return text[1:] if text.startswith("\ufeff") else text


# ---------------------------------------------------------------------------------------------------------------------
# Hashes that hashlib may lack


KECCAK_MASK = (1 << 64) - 1
KECCAK_ROUNDS = (
    0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000A, 0x000000008000808B, 0x800000000000008B, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
)


def turn64(value, by):
    by %= 64
    return ((value << by) | (value >> (64 - by))) & KECCAK_MASK


class BlockHash:
    """A hash of a stream in blocks. Only what does not fill a block yet is kept."""

    def __init__(self):
        self.rest, self.length = b"", 0

    def update(self, data):
        self.length += len(data)
        data = self.rest + data
        whole = len(data) - len(data) % self.block_bytes
        for start in range(0, whole, self.block_bytes):
            self.take(data[start:start + self.block_bytes])
        self.rest = data[whole:]


class Keccak256(BlockHash):
    block_bytes = 136

    def __init__(self):
        super().__init__()
        self.lanes = [[0] * 5 for _ in range(5)]

    def take(self, block):
        lanes = self.lanes
        for i in range(self.block_bytes // 8):
            lanes[i % 5][i // 5] ^= int.from_bytes(block[8 * i:8 * i + 8], "little")
        for constant in KECCAK_ROUNDS:
            column = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
            mix = [column[(x + 4) % 5] ^ turn64(column[(x + 1) % 5], 1) for x in range(5)]
            lanes = [[lanes[x][y] ^ mix[x] for y in range(5)] for x in range(5)]
            x, y, current = 1, 0, lanes[1][0]
            for t in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                current, lanes[x][y] = lanes[x][y], turn64(current, (t + 1) * (t + 2) // 2)
            lanes = [
                [lanes[x][y] ^ (~lanes[(x + 1) % 5][y] & lanes[(x + 2) % 5][y]) & KECCAK_MASK for y in range(5)]
                for x in range(5)
            ]
            lanes[0][0] ^= constant
        self.lanes = lanes

    def digest(self):
        padding = bytearray(b"\x01" + bytes(self.block_bytes - len(self.rest) - 1))
        padding[-1] |= 0x80
        self.update(bytes(padding))
        return b"".join(self.lanes[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


RMD_LEFT = (
    tuple(range(16)), (7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8),
    (3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12), (1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2),
    (4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13),
)
RMD_RIGHT = (
    (5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12), (6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2),
    (15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13), (8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14),
    (12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11),
)
RMD_LEFT_TURNS = (
    (11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8), (7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12),
    (11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5), (11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12),
    (9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6),
)
RMD_RIGHT_TURNS = (
    (8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6), (9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11),
    (9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5), (15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8),
    (8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11),
)
RMD_ADD_LEFT = (0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
RMD_ADD_RIGHT = (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0)


RMD_MASK = 0xFFFFFFFF


def mix_rmd(which, x, y, z):
    if which == 0:
        return x ^ y ^ z
    if which == 1:
        return (x & y) | (~x & z)
    if which == 2:
        return (x | ~y) ^ z
    if which == 3:
        return (x & z) | (y & ~z)
    return x ^ (y | ~z)


def turn32(value, by):
    value &= RMD_MASK
    return ((value << by) | (value >> (32 - by))) & RMD_MASK


class Ripemd160(BlockHash):
    block_bytes = 64

    def __init__(self):
        super().__init__()
        self.state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0]

    def take(self, block):
        words = struct.unpack("<16I", block)
        state, ends = self.state, []
        for order, turns, adds, reverse in (
            (RMD_LEFT, RMD_LEFT_TURNS, RMD_ADD_LEFT, False), (RMD_RIGHT, RMD_RIGHT_TURNS, RMD_ADD_RIGHT, True),
        ):
            a, b, c, d, e = state
            for j in range(5):
                for i in range(16):
                    which = 4 - j if reverse else j
                    t = turn32(a + mix_rmd(which, b, c, d) + words[order[j][i]] + adds[j], turns[j][i]) + e & RMD_MASK
                    a, e, d, c, b = e, d, turn32(c, 10), b, t
            ends.append((a, b, c, d, e))
        left, right = ends
        self.state = [(state[(i + 1) % 5] + left[(i + 2) % 5] + right[(i + 3) % 5]) & RMD_MASK for i in range(5)]

    def digest(self):
        length = struct.pack("<Q", 8 * self.length)
        self.update(b"\x80" + bytes(-(self.length + 9) % 64) + length)
        return struct.pack("<5I", *self.state)


def make_hasher(name):
    if name == "keccak256":
        return Keccak256()
    return Ripemd160() if name == "ripemd160" else hashlib.new(name)


# ---------------------------------------------------------------------------------------------------------------------
# Ed25519 (RFC 8032)

ED_P = 2 ** 255 - 19
ED_L = 2 ** 252 + 27742317777372353535851937790883648493
ED_D = -121665 * pow(121666, -1, ED_P) % ED_P
ED_ROOT = pow(2, (ED_P - 1) // 4, ED_P)


def ed_add(one, other):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2) % ED_P, (y1 + x1) * (y2 + x2) % ED_P
    c, d = 2 * t1 * t2 * ED_D % ED_P, 2 * z1 * z2 % ED_P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % ED_P, g * h % ED_P, f * g % ED_P, e * h % ED_P


def ed_multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = ed_add(result, point)
        point = ed_add(point, point)
        scalar >>= 1
    return result


def ed_decode(data):
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, (number & (1 << 255) - 1) % ED_P
    square = (y * y - 1) * pow(ED_D * y * y + 1, -1, ED_P) % ED_P
    x = pow(square, (ED_P + 3) // 8, ED_P)
    if (x * x - square) % ED_P:
        x = x * ED_ROOT % ED_P
    if (x * x - square) % ED_P:
        return None
    if x & 1 != sign:
        x = -x % ED_P
    return x, y, 1, x * y % ED_P


def ed_encode(point):
    x, y, z, _ = point
    inverse = pow(z, -1, ED_P)
    x, y = x * inverse % ED_P, y * inverse % ED_P
    return (y | (x & 1) << 255).to_bytes(32, "little")


ED_BASE = ed_decode((4 * pow(5, -1, ED_P) % ED_P).to_bytes(32, "little"))


def verify_ed25519(public_key, message, signature):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    point = ed_decode(public_key)
    s = int.from_bytes(signature[32:], "little")
    if point is None or s >= ED_L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % ED_L
    x, y, z, t = point
    minus = (-x % ED_P, y, z, -t % ED_P)
    return ed_encode(ed_add(ed_multiply(s, ED_BASE), ed_multiply(h, minus))) == signature[:32]


# ---------------------------------------------------------------------------------------------------------------------
# ECDSA on P-256 and P-384, RSA with PKCS #1 version 1.5

CURVES = {
    "P-256": (
        0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
    "P-384": (
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    ),
}


def ec_add(one, other, p):
    """Jacobian coordinates on a curve with a = -3."""
    if one[2] == 0:
        return other
    if other[2] == 0:
        return one
    x1, y1, z1 = one
    x2, y2, z2 = other
    z1z1, z2z2 = z1 * z1 % p, z2 * z2 % p
    u1, u2 = x1 * z2z2 % p, x2 * z1z1 % p
    s1, s2 = y1 * z2 * z2z2 % p, y2 * z1 * z1z1 % p
    if u1 == u2:
        return ec_double(one, p) if s1 == s2 else (1, 1, 0)
    h, r = u2 - u1, s2 - s1
    h2 = h * h % p
    h3, v = h * h2 % p, u1 * h2 % p
    x3 = (r * r - h3 - 2 * v) % p
    return x3, (r * (v - x3) - s1 * h3) % p, h * z1 * z2 % p


def ec_double(point, p):
    x, y, z = point
    if z == 0 or y == 0:
        return 1, 1, 0
    zz, yy = z * z % p, y * y % p
    s, m = 4 * x * yy % p, 3 * (x - zz) * (x + zz) % p
    x3 = (m * m - 2 * s) % p
    return x3, (m * (s - x3) - 8 * yy * yy) % p, 2 * y * z % p


def ec_multiply(scalar, point, p):
    result = (1, 1, 0)
    for bit in bin(scalar)[2:]:
        result = ec_double(result, p)
        if bit == "1":
            result = ec_add(result, point, p)
    return result


def verify_ecdsa(curve, point, digest, signature):
    p, b, n, gx, gy = CURVES[curve]
    size = (p.bit_length() + 7) // 8
    if len(point) != 1 + 2 * size or point[0] != 4:
        return False
    x, y = int.from_bytes(point[1:1 + size], "big"), int.from_bytes(point[1 + size:], "big")
    if x >= p or y >= p or (y * y - x * x * x + 3 * x - b) % p:
        return False
    try:
        require_der(signature)
        outer = Reader(signature)
        parts = outer.open()
        outer.end()
        numbers = [int.from_bytes(parts.read_integer(), "big", signed=True) for _ in range(2)]
        parts.end()
    except Refused:
        return False
    r, s = numbers
    if not (0 < r < n and 0 < s < n):
        return False
    e = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - n.bit_length())
    w = pow(s, -1, n)
    one = ec_multiply(e * w % n, (gx, gy, 1), p)
    px, _, pz = ec_add(one, ec_multiply(r * w % n, (x, y, 1), p), p)
    return pz != 0 and px * pow(pz, -2, p) % p % n == r


DIGEST_INFO = {
    "SHA-256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "SHA-384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "SHA-512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


def verify_rsa(key, name, digest, signature):
    numbers = Reader(key).open()
    n, e = (int.from_bytes(numbers.read_integer(), "big", signed=True) for _ in range(2))
    size = (n.bit_length() + 7) // 8 if n > 0 else 0
    s = int.from_bytes(signature, "big")
    if n <= 0 or e < 2 or len(signature) != size or s >= n or (n.bit_length() > 3072 and e.bit_length() > 64):
        return False
    info = DIGEST_INFO[name] + digest
    return pow(s, e, n).to_bytes(size, "big") == b"\x00\x01" + b"\xff" * (size - 3 - len(info)) + b"\x00" + info


# ---------------------------------------------------------------------------------------------------------------------
# DER (X.690), strictly

BOOLEAN, INTEGER, BITS, OCTETS, NULL, OID, UTC_TIME, GENERALIZED, SEQUENCE, SET = 1, 2, 3, 4, 5, 6, 0x17, 0x18, 0x30, 0x31
DER_DEPTH_MAX = 24


def malformed(what):
    return Refused("malformed", "not as the standard has it: " + what)


def read_element(data, start):
    """Tag, start of the content and end of the value at `start`."""
    if start + 1 >= len(data):
        raise malformed("the bytes end within a value")
    tag, length = data[start], data[start + 1]
    if tag & 0x1F == 0x1F:
        raise malformed("a tag number over 30")
    at = start + 2
    if length >= 0x80:
        digits = length & 0x7F
        if digits == 0 or digits > 4:
            raise malformed("a length that is indefinite or absurd")
        length = int.from_bytes(data[at:at + digits].ljust(digits, b"\0"), "big")
        at += digits
        if length < 0x80 or length < 256 ** (digits - 1):
            raise malformed("a length in more bytes than it needs")
    if at + length > len(data):
        raise malformed("the bytes end within a value")
    return tag, at, at + length


def require_der(data, depth=0):
    if depth > DER_DEPTH_MAX:
        raise Refused("too-large", "nested too deeply")
    at = 0
    while at < len(data):
        tag, start, end = read_element(data, at)
        require_canonical(tag, data[start:end])
        if tag & 0x20:
            require_der(data[start:end], depth + 1)
        at = end


def require_canonical(tag, content):
    if tag & 0xC0:
        return
    if tag & 0x20 and tag not in (SEQUENCE, SET):
        raise malformed("a plain value in pieces")
    if tag in (0x10, 0x11):
        raise malformed("a structure that is marked as a plain value")
    if tag == BOOLEAN and content not in (b"\x00", b"\xff"):
        raise malformed("a boolean")
    if tag in (INTEGER, 0x0A):
        if not content:
            raise malformed("an integer without content")
        if len(content) > 1 and (content[0] == 0 and content[1] < 0x80 or content[0] == 0xFF and content[1] >= 0x80):
            raise malformed("an integer with padding")
    if tag == BITS:
        unused = content[0] if content else 8
        if unused > 7 or unused > 0 and len(content) == 1:
            raise malformed("a bit string")
        if unused > 0 and content[-1] & (1 << unused) - 1:
            raise malformed("a bit string with loose bits")
    if tag == NULL and content:
        raise malformed("a null with content")
    if tag == OID:
        if not content or len(content) > 64 or content[-1] >= 0x80:
            raise malformed("an object identifier")
        is_start = True
        for byte in content:
            if is_start and byte == 0x80:
                raise malformed("an object identifier with padding")
            is_start = byte < 0x80


def parse_small_integer(content):
    if len(content) > 4 or content and content[0] >= 0x80:
        raise malformed("an integer out of range")
    return int.from_bytes(content, "big")


def format_oid(content):
    arcs, arc = [], 0
    for byte in content:
        arc = arc << 7 | byte & 0x7F
        if byte < 0x80:
            arcs.append(arc)
            arc = 0
    root = min(arcs[0] // 40, 2)
    return ".".join(str(part) for part in [root, arcs[0] - root * 40] + arcs[1:])


TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]{0,8}[1-9]))?Z")
SHORT_TIME = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})Z")


def parse_asn1_time(content, is_short):
    text = content.decode("latin-1") if len(content) <= 32 else ""
    match = (SHORT_TIME if is_short else TIME).fullmatch(text)
    if match is None:
        raise malformed("a time")
    parts = [int(part) for part in match.groups()[:6]]
    if is_short:
        parts[0] += 2000 if parts[0] < 50 else 1900
    at = epoch_ms(*parts)
    if at is None:
        raise malformed("a moment that does not exist")
    return at + (0 if is_short else int((match[7] or "").ljust(3, "0")[:3]))


class Reader:
    """Reads values of checked DER one after the other."""

    def __init__(self, data):
        self.data = bytes(data)
        self.at = 0

    def is_at_end(self):
        return self.at == len(self.data)

    def has(self, tag):
        return self.at < len(self.data) and self.data[self.at] == tag

    def next(self):
        """The whole value, and its content."""
        _, start, end = read_element(self.data, self.at)
        whole = self.data[self.at:end]
        self.at = end
        return whole, self.data[start:end]

    def read(self, tag):
        if not self.has(tag):
            raise malformed("tag 0x%x was expected" % tag)
        return self.next()

    def open(self, tag=SEQUENCE):
        return Reader(self.read(tag)[1])

    def open_optional(self, tag):
        return self.open(tag) if self.has(tag) else None

    def read_oid(self):
        return format_oid(self.read(OID)[1])

    def read_octets(self):
        return self.read(OCTETS)[1]

    def read_bits(self):
        content = self.read(BITS)[1]
        if content[0] != 0:
            raise malformed("a bit string of whole bytes was expected")
        return content[1:]

    def read_boolean(self):
        return self.read(BOOLEAN)[1][0] == 0xFF

    def read_integer(self):
        return self.read(INTEGER)[1]

    def read_small_integer(self):
        return parse_small_integer(self.read_integer())

    def read_time(self):
        return parse_asn1_time(self.read(GENERALIZED)[1], False)

    def read_certificate_time(self):
        return parse_asn1_time(self.next()[1], True) if self.has(UTC_TIME) else self.read_time()

    def end(self):
        if not self.is_at_end():
            raise malformed("more values than expected")


def open_der(data, max_bytes):
    if len(data) > max_bytes:
        raise Refused("too-large", "%d bytes; at most %d are read" % (len(data), max_bytes))
    return open_nested(data)


def open_nested(data):
    require_der(data)
    return Reader(data)


# ---------------------------------------------------------------------------------------------------------------------
# X.509 certificates and RFC 3161 tokens: the same checks, in the same order, as docs/formats/timestamp-token.md

TOKEN_MAX_BYTES = 128 * 1024
CERTIFICATE_DER_MAX_BYTES = 16 * 1024
CLOCK_TOLERANCE_MS = 60_000
DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512",
}
DIGEST_OIDS = {name: oid for oid, name in DIGESTS.items()}
SIGNATURES = {
    "1.2.840.10045.4.3.2": ("ecdsa", "SHA-256"), "1.2.840.10045.4.3.3": ("ecdsa", "SHA-384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "SHA-512"), "1.2.840.113549.1.1.11": ("rsa", "SHA-256"),
    "1.2.840.113549.1.1.12": ("rsa", "SHA-384"), "1.2.840.113549.1.1.13": ("rsa", "SHA-512"),
}
RSA_ENCRYPTION, EC_PUBLIC_KEY = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
CURVE_OIDS = {"1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384"}
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
ATTR_TYPE, ATTR_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
ATTR_CERT, ATTR_CERT2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
TIME_STAMPING, ANY_PURPOSE = "1.3.6.1.5.5.7.3.8", "2.5.29.37.0"


def hash_by(name, data):
    return hashlib.new(name.replace("-", "").lower(), data).digest()


def read_identifier(reader):
    """The algorithm, whether it has parameters other than NULL, and the reader of them."""
    oid = reader.read_oid()
    if reader.has(NULL):
        reader.next()
    return oid, not reader.is_at_end(), reader


def read_digest_algorithm(reader):
    oid, has_parameters, _ = read_identifier(reader.open())
    if oid not in DIGESTS or has_parameters:
        raise Refused("algorithm", "digest %s is not taken" % oid)
    return DIGESTS[oid]


def read_signature_algorithm(reader, own_digest):
    oid, has_parameters, _ = read_identifier(reader.open())
    if oid == RSA_ENCRYPTION and not has_parameters:
        return "rsa", own_digest
    if oid not in SIGNATURES or has_parameters:
        raise Refused("algorithm", "signature algorithm %s is not taken" % oid)
    if SIGNATURES[oid][1] != own_digest:
        raise Refused("algorithm", "the signature is of another digest than the signer says")
    return SIGNATURES[oid]


def read_public_key(reader):
    """Kind (None: not taken) and the key's own bytes."""
    parts = Reader(reader.read(SEQUENCE)[1])
    oid, has_parameters, parameters = read_identifier(parts.open())
    key = parts.read_bits()
    parts.end()
    if oid == RSA_ENCRYPTION and not has_parameters:
        numbers = open_nested(key).open()
        modulus = numbers.read_integer()
        numbers.read_integer()
        numbers.end()
        bits = 8 * (len(modulus) - 1 if modulus[0] == 0 else len(modulus))
        return ("RSA" if 2048 <= bits <= 8192 else None), key
    if oid != EC_PUBLIC_KEY or not parameters.has(OID):
        return None, key
    curve = parameters.read_oid()
    return (CURVE_OIDS.get(curve) if key[:1] == b"\x04" else None), key


def read_extensions(reader):
    extensions = {}
    while not reader.is_at_end():
        parts = reader.open()
        oid = parts.read_oid()
        is_critical = parts.has(BOOLEAN) and parts.read_boolean()
        value = parts.read_octets()
        parts.end()
        if oid in extensions:
            raise malformed("an extension twice")
        extensions[oid] = (is_critical, value)
    return extensions


UNDERSTOOD = ("2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.31", "2.5.29.32", "2.5.29.35", "2.5.29.37")


class Certificate:
    """An X.509 certificate as far as chains of time-stamping authorities need it."""

    def __init__(self, reader):
        self.der, content = reader.read(SEQUENCE)
        outer = Reader(content)
        self.signed, signed = outer.read(SEQUENCE)
        algorithm = outer.read(SEQUENCE)[0]
        self.signature = outer.read_bits()
        outer.end()
        inner = Reader(signed)
        version = inner.open_optional(0xA0)
        if version is not None:
            number = version.read_small_integer()
            version.end()
            if number not in (1, 2):
                raise malformed("a certificate of an unknown version")
        self.serial = inner.read_integer()
        own = inner.read(SEQUENCE)[0]
        if own != algorithm:
            raise malformed("a certificate with two signature algorithms")
        oid, has_parameters, _ = read_identifier(Reader(own).open())
        self.algorithm = SIGNATURES.get(oid) if not has_parameters else None
        self.issuer = inner.read(SEQUENCE)[0]
        validity = inner.open()
        self.not_before = validity.read_certificate_time()
        self.not_after = validity.read_certificate_time()
        validity.end()
        self.subject = inner.read(SEQUENCE)[0]
        self.key_kind, self.key = read_public_key(inner)
        for unique in (0x81, 0x82):
            if inner.has(unique):
                inner.next()
        wrapped = inner.open_optional(0xA3)
        inner.end()
        self.extensions = {}
        if wrapped is not None:
            self.extensions = read_extensions(wrapped.open())
            wrapped.end()
        self._read_constraints()

    def _open(self, oid):
        found = self.extensions.get(oid)
        return None if found is None else open_nested(found[1])

    def _read_constraints(self):
        purposes = self._open("2.5.29.37")
        self.is_ca, self.path_max = False, None
        basic = self._open("2.5.29.19")
        if basic is not None:
            parts = basic.open()
            self.is_ca = parts.has(BOOLEAN) and parts.read_boolean()
            self.path_max = parts.read_small_integer() if parts.has(INTEGER) else None
            parts.end()
        usage = self._open("2.5.29.15")
        self.usages = None
        if usage is not None:
            data = usage.read(BITS)[1][1:]
            self.usages = {8 * i + bit for i, byte in enumerate(data) for bit in range(8) if byte & 0x80 >> bit}
        self.purposes = None
        if purposes is not None:
            listed = purposes.open()
            self.purposes = []
            while not listed.is_at_end():
                self.purposes.append(listed.read_oid())
        self.purposes_are_critical = self.extensions.get("2.5.29.37", (False,))[0]
        key_id = self._open("2.5.29.14")
        self.key_id = None if key_id is None else key_id.read_octets()
        issuer_key = self._open("2.5.29.35")
        self.issuer_key_id = None
        if issuer_key is not None:
            parts = issuer_key.open()
            self.issuer_key_id = parts.next()[1] if parts.has(0x80) else None
        names = self._open("2.5.29.17")
        self.alternatives = []
        if names is not None:
            listed = names.open()
            while not listed.is_at_end():
                self.alternatives.append(listed.next()[0])
        self._read_revocation_points(self._open("2.5.29.31"))
        critical = [oid for oid, (is_critical, _) in self.extensions.items() if is_critical and oid not in UNDERSTOOD]
        self.has_unknown_critical = bool(critical)

    @staticmethod
    def _read_revocation_points(reader):
        # Read for its form only: what another reader refuses must be refused here as well.
        if reader is None:
            return
        points, opened = reader.open(), []
        while not points.is_at_end():
            opened.append(points.open())
        for point in opened:
            named = point.open_optional(0xA0)
            names = None if named is None else named.open_optional(0xA0)
            while names is not None and not names.is_at_end():
                names.next()


def read_certificate(der):
    outer = open_der(der, CERTIFICATE_DER_MAX_BYTES)
    certificate = Certificate(outer)
    outer.end()
    return certificate


JS_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
PEM = re.compile("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=%s]*)-----END CERTIFICATE-----" % JS_SPACE)


def read_pem(data):
    blocks = PEM.findall(decode_lossy(data))
    if not blocks:
        raise Refused("malformed", "there is no certificate in the text")
    if len(blocks) > 64:
        raise Refused("too-large", "over 64 certificates")
    certificates = []
    for block in blocks:
        der = decode_base64(re.sub("[%s]" % JS_SPACE, "", block))
        if der is None:
            raise Refused("malformed", "a certificate that is not in base64")
        certificates.append(read_certificate(der))
    return certificates


def read_response(der):
    outer = open_der(der, TOKEN_MAX_BYTES + 4096)
    reader = outer.open()
    outer.end()
    status = reader.open()
    code = status.read_small_integer()
    status.open_optional(SEQUENCE)
    if status.has(BITS):
        status.next()
    status.end()
    if code not in (0, 1):
        raise Refused("rejected", "the authority refused, status %d" % code)
    if reader.is_at_end():
        raise Refused("rejected", "the authority sent no token")
    token = reader.read(SEQUENCE)[0]
    reader.end()
    return token


def open_content(reader, kind):
    if reader.read_oid() != kind:
        raise Refused("content-type", "not signed data")
    content = reader.open(0xA0)
    reader.end()
    return content


def read_token(der):
    outer = open_der(der, TOKEN_MAX_BYTES)
    reader = open_content(outer.open(), SIGNED_DATA)
    outer.end()
    data = reader.open()
    reader.end()
    if data.read_small_integer() != 3:
        raise Refused("content-type", "signed data of another version")
    digests, announced = data.open(SET), []
    while not digests.is_at_end():
        announced.append(digests.read(SEQUENCE)[0])
    signed = data.open()
    if signed.read_oid() != TST_INFO:
        raise Refused("content-type", "what is signed is not a time-stamp")
    wrapped = signed.open(0xA0)
    content = wrapped.read_octets()
    wrapped.end()
    signed.end()
    bag, certificates = data.open_optional(0xA0), []
    count = 0
    while bag is not None and not bag.is_at_end():
        count += 1
        if count > 16:
            raise Refused("too-large", "over 16 certificates in a token")
        if bag.has(SEQUENCE):
            certificates.append(Certificate(bag))
        else:
            bag.next()
    data.open_optional(0xA1)
    signers = data.open(SET)
    data.end()
    if signers.is_at_end():
        raise Refused("signer-count", "nobody signed the token")
    signer = signers.open()
    if not signers.is_at_end():
        raise Refused("signer-count", "the token has several signers")
    token = read_signer(signer)
    if not any(Reader(one).open().read_oid() == DIGEST_OIDS[token["digest"]] for one in announced):
        raise Refused("algorithm", "the signer's digest is not announced")
    token.update(info=read_tst_info(content), content=content, certificates=certificates)
    return token


def read_signer(reader):
    version = reader.read_small_integer()
    if reader.has(0x80):
        signer_id = ("key", reader.next()[1], None)
    else:
        parts = reader.open()
        issuer = parts.read(SEQUENCE)[0]
        signer_id = ("issuer", issuer, parts.read_integer())
        parts.end()
    if version != (3 if signer_id[0] == "key" else 1):
        raise malformed("a signer of another version")
    digest = read_digest_algorithm(reader)
    if not reader.has(0xA0):
        raise Refused("signed-attributes", "there are no signed attributes")
    attributes = read_signed_attributes(*reader.next())
    algorithm = read_signature_algorithm(reader, digest)
    signature = reader.read_octets()
    reader.open_optional(0xA1)
    reader.end()
    return dict(attributes, signer_id=signer_id, digest=digest, algorithm=algorithm, signature=signature)


def read_signed_attributes(whole, content):
    known = (ATTR_TYPE, ATTR_DIGEST, ATTR_CERT, ATTR_CERT2, TST_INFO)
    values, reader, before = {}, Reader(content), b""
    while not reader.is_at_end():
        data, inner = reader.read(SEQUENCE)
        if before >= data:
            raise malformed("signed attributes out of order")
        before = data
        attribute = Reader(inner)
        kind = attribute.read_oid()
        listed = attribute.open(SET)
        attribute.end()
        if kind not in known:
            continue
        if kind in values or listed.is_at_end():
            raise Refused("signed-attributes", "a signed attribute twice or empty")
        value = listed.next()[0]
        if not listed.is_at_end():
            raise Refused("signed-attributes", "a signed attribute has several values")
        values[kind] = Reader(value)
    if ATTR_TYPE not in values or values[ATTR_TYPE].read_oid() != TST_INFO:
        raise Refused("signed-attributes", "the type of the content is not signed")
    if ATTR_DIGEST not in values:
        raise Refused("signed-attributes", "the digest of the content is not signed")
    message_digest = values[ATTR_DIGEST].read_octets()
    ids = []
    if ATTR_CERT2 in values:
        ids = read_ids(values[ATTR_CERT2], True)
    elif ATTR_CERT in values:
        ids = read_ids(values[ATTR_CERT], False)
    if not ids:
        raise Refused("signing-certificate", "the signer's certificate is not signed")
    return {"signed_bytes": bytes([SET]) + whole[1:], "message_digest": message_digest, "ids": ids}


def read_ids(reader, is_second):
    parts = reader.open()
    listed = parts.open()
    parts.open_optional(SEQUENCE)
    parts.end()
    ids = []
    while not listed.is_at_end():
        if len(ids) == 16:
            raise Refused("too-large", "too many certificates are named")
        one = listed.open()
        digest = "SHA-1"
        if is_second:
            digest = read_digest_algorithm(one) if one.has(SEQUENCE) else "SHA-256"
        named = one.read_octets()
        issuer_serial = None
        if not one.is_at_end():
            pair = one.open()
            names = pair.open()
            directory = names.open(0xA4)
            issuer = directory.read(SEQUENCE)[0]
            directory.end()
            names.end()
            issuer_serial = (issuer, pair.read_integer())
            pair.end()
        one.end()
        ids.append((digest, named, issuer_serial))
    return ids


def read_tst_info(der):
    outer = open_nested(der)
    reader = outer.open()
    outer.end()
    if reader.read_small_integer() != 1:
        raise Refused("content-type", "a token of another version")
    policy = reader.read_oid()
    imprint = reader.open()
    digest = read_digest_algorithm(imprint)
    hashed = imprint.read_octets()
    imprint.end()
    if len(hashed) != hashlib.new(digest.replace("-", "").lower()).digest_size:
        raise malformed("a hash of the wrong length")
    reader.read_integer()
    at = reader.read_time()
    accuracy = reader.open_optional(SEQUENCE)
    if accuracy is not None:
        if accuracy.has(INTEGER):
            accuracy.read_small_integer()
        for tag in (0x80, 0x81):
            if accuracy.has(tag):
                content = accuracy.next()[1]
                if not 1 <= len(content) <= 3 or not 1 <= parse_small_integer(content) <= 999:
                    raise malformed("an accuracy")
        accuracy.end()
    if reader.has(BOOLEAN) and not reader.read_boolean():
        raise malformed("a default that is written")
    if reader.has(INTEGER) and len(reader.read_integer()) > 32:
        raise Refused("too-large", "a nonce of over 32 bytes")
    named, authority = reader.open_optional(0xA0), None
    if named is not None:
        authority = named.next()[0]
        named.end()
    listed = reader.open_optional(0xA1)
    extensions = {} if listed is None else read_extensions(listed)
    reader.end()
    if any(is_critical for is_critical, _ in extensions.values()):
        raise malformed("a critical extension that is not known")
    return {"policy": policy, "digest": digest, "hash": hashed, "time": at, "authority": authority}


def is_id_of(identifier, certificate):
    digest, named, issuer_serial = identifier
    return hash_by(digest, certificate.der) == named and (
        issuer_serial is None or issuer_serial == (certificate.issuer, certificate.serial)
    )


def is_signed_by(algorithm, certificate):
    return certificate.key_kind is not None and (algorithm[0] == "rsa") == (certificate.key_kind == "RSA")


def find_signer(token, known):
    kind, first, serial = token["signer_id"]
    if kind == "key":
        named = [one for one in known if one.key_id is not None and one.key_id == first]
    else:
        named = [one for one in known if one.issuer == first and one.serial == serial]
    if not named:
        raise Refused("signer-missing", "the signer's certificate is not there")
    signer = next((one for one in named if is_id_of(token["ids"][0], one)), None)
    if signer is None:
        raise Refused("signing-certificate", "the signer named another certificate")
    if not is_signed_by(token["algorithm"], signer):
        raise Refused("algorithm", "the signature is of another kind than the signer's key")
    return signer


def require_signer_purpose(certificate):
    problem = None
    if certificate.purposes != [TIME_STAMPING]:
        problem = "is not for time stamping alone"
    elif not certificate.purposes_are_critical:
        problem = "does not insist on its purpose"
    elif certificate.usages is not None and (not certificate.usages or not certificate.usages <= {0, 1}):
        problem = "has usages besides signatures"
    elif certificate.is_ca:
        problem = "is that of an issuer of certificates"
    if problem:
        raise Refused("signer-purpose", "the signer's certificate " + problem)


def encode_context(number, content):
    length = len(content)
    if length < 0x80:
        size = bytes([length])
    else:
        digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
        size = bytes([0x80 | len(digits)]) + digits
    return bytes([0xA0 | number]) + size + content


def may_issue(issuer, below, chain):
    between = sum(1 for one in chain[1:] if one.issuer != one.subject)
    return (
        issuer.subject == below.issuer
        and (issuer.key_id is None or below.issuer_key_id is None or issuer.key_id == below.issuer_key_id)
        and below.algorithm is not None
        and is_signed_by(below.algorithm, issuer)
        and issuer.is_ca
        and (issuer.path_max is None or between <= issuer.path_max)
        and (issuer.usages is None or 5 in issuer.usages)
        and (issuer.purposes is None or TIME_STAMPING in issuer.purposes or ANY_PURPOSE in issuer.purposes)
        and all(one.der != issuer.der for one in chain)
    )


def find_chains(signer, known, roots, at):
    candidates = []
    for one in list(roots) + list(known):
        if all(other.der != one.der for other in candidates):
            candidates.append(one)
    found, state = [], {"steps": 0, "stale": False}

    def extend(chain):
        state["steps"] += 1
        if state["steps"] > 64:
            return
        top = chain[-1]
        if not top.not_before <= at <= top.not_after:
            state["stale"] = True
            return
        if top.has_unknown_critical:
            return
        if any(root.der == top.der for root in roots):
            found.append(chain)
            return
        if len(chain) == 8:
            return
        for issuer in candidates:
            if may_issue(issuer, top, chain):
                extend(chain + [issuer])

    extend([signer])
    if found:
        return sorted(found, key=len)
    if state["stale"]:
        raise Refused("validity", "a certificate was not valid at the time of the token")
    raise Refused("chain", "no chain of certificates leads to a root that is trusted")


def check_signature(certificate, algorithm, message, signature):
    scheme, name = algorithm
    digest = hash_by(name, message)
    if scheme == "rsa":
        return verify_rsa(certificate.key, name, digest, signature)
    return verify_ecdsa(certificate.key_kind, certificate.key, digest, signature)


def verify_token(der, data, roots, certificates, now):
    """The token's time in epoch ms. Refused has the step that failed as its code."""
    token = read_token(der)
    info = token["info"]
    if hash_by(info["digest"], data) != info["hash"]:
        raise Refused("imprint", "the token is of other bytes")
    if hash_by(token["digest"], token["content"]) != token["message_digest"]:
        raise Refused("message-digest", "what is signed is not the content")
    known = token["certificates"] + list(certificates) + list(roots)
    signer = find_signer(token, known)
    require_signer_purpose(signer)
    names = [encode_context(4, signer.subject)] + signer.alternatives
    if info["authority"] is not None and info["authority"] not in names:
        raise Refused("authority-name", "the token names another authority")
    if info["time"] > now + CLOCK_TOLERANCE_MS:
        raise Refused("future-time", "the token is from the future")
    chains = [
        chain for chain in find_chains(signer, known, roots, info["time"])
        if all(any(is_id_of(identifier, one) for one in chain) for identifier in token["ids"])
    ]
    if not chains:
        raise Refused("signing-certificate", "a signed certificate is not in the chain")
    if not check_signature(signer, token["algorithm"], token["signed_bytes"], token["signature"]):
        raise Refused("signature", "the signature is not by the signer's key")
    for chain in chains:
        if all(check_signature(up, low.algorithm, low.signed, low.signature) for low, up in zip(chain, chain[1:])):
            return info["time"]
    raise Refused("chain-signature", "a certificate was not signed by its issuer")


# ---------------------------------------------------------------------------------------------------------------------
# Bitcoin

NETWORKS = {
    "mainnet": ((1 << 224) - 1, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"),
    "testnet4": ((1 << 224) - 1, "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043"),
    "signet": (0x377AE << 216, "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6"),
    "regtest": ((1 << 255) - 1, "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"),
}
PUBLIC_ESPLORA = {
    "mainnet": ["https://blockstream.info/api", "https://mempool.space/api"],
    "testnet4": ["https://mempool.space/testnet4/api"],
    "signet": ["https://mempool.space/signet/api"],
}
DIFFICULTY_1 = 0xFFFF << 208
FLOORS = (
    (840_000, 20_000_000_000_000), (800_000, 10_000_000_000_000), (700_000, 5_000_000_000_000),
    (600_000, 3_000_000_000_000), (500_000, 400_000_000_000), (400_000, 30_000_000_000), (300_000, 2_000_000_000),
    (200_000, 700_000), (100_000, 3_000),
)


def block_hash(header):
    return sha256(sha256(header))


def check_work(header, height, network):
    bits = struct.unpack("<I", header[72:76])[0]
    exponent, mantissa = bits >> 24, bits & 0x7FFFFF
    target = mantissa >> 8 * (3 - exponent) if exponent <= 3 else mantissa << 8 * (exponent - 3)
    if bits & 0x800000 or target == 0:
        raise Refused("bad-target", "The target is not a positive number")
    easiest = NETWORKS[network][0]
    if network == "mainnet":
        easiest = next((DIFFICULTY_1 // least for floor, least in FLOORS if height >= floor), easiest)
    if target > easiest:
        raise Refused("bad-target", "The target is easier than %s allows at height %d" % (network, height))
    if int.from_bytes(block_hash(header), "little") > target:
        raise Refused("insufficient-work", "The block hash does not meet its target")


class HeadersFile:
    trust = "headers-file"

    def __init__(self, data, network):
        self.network = network
        self.archive, self.headers = None, {}
        if data[:4] == b"\x01\x00\x00\x00":
            self._read_archive(data)
        else:
            self._read_text(decode_lossy(data))

    def _check(self, header, height):
        try:
            check_work(header, height, self.network)
        except Refused as error:
            raise Refused("headers-without-work", "Header %d: %s" % (height, error.message))

    def _read_archive(self, data):
        if len(data) % 80:
            raise Refused("headers-malformed", "The archive ends within a header")
        previous = None
        for height in range(len(data) // 80):
            header = data[80 * height:80 * height + 80]
            own = block_hash(header)
            expected = header[4:36] == previous if height else own[::-1].hex() == NETWORKS[self.network][1]
            if not expected:
                raise Refused("headers-not-linked", "Header %d does not continue %s" % (height, self.network))
            self._check(header, height)
            previous = own
        self.archive = data

    def _read_text(self, text):
        for number, line in enumerate(re.split("\r?\n", text), 1):
            if line == "" or line.startswith("#"):
                continue
            match = re.fullmatch(r"([0-9]{1,10}) ([0-9a-fA-F]{160})", line)
            if match is None or int(match[1]) in self.headers:
                raise Refused("headers-malformed", "Line %d is not a new height and its header" % number)
            header = bytes.fromhex(match[2])
            self._check(header, int(match[1]))
            self.headers[int(match[1])] = header

    def header_at(self, height):
        if self.archive is None:
            return self.headers.get(height)
        return self.archive[80 * height:80 * height + 80] or None

    def tip_height(self):
        return None if self.archive is None else len(self.archive) // 80 - 1


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def fetch(url, max_bytes, data=None, headers=None):
    """Status and body; SourceError when there is no answer."""
    opener = urllib.request.build_opener(NoRedirects)
    request = urllib.request.Request(url, data=data, headers=dict(headers or {}, **{"User-Agent": "verify_cli"}))
    try:
        with opener.open(request, timeout=20) as response:
            body = response.read(max_bytes + 1)
            status = response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(max_bytes)
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise SourceError("no answer: %s" % error)
    except Exception as error:  # http.client has exceptions of its own for answers that are no HTTP.
        raise SourceError("no answer that can be read: %s" % type(error).__name__)
    if len(body) > max_bytes:
        raise SourceError("the answer is too long")
    return status, body


def check_header_of(data, expected, network):
    header = decode_hex(data.decode("latin-1").strip())
    if header is None or len(header) != 80 or block_hash(header)[::-1].hex() != expected:
        raise SourceError("the source gave another header")
    try:
        # Height 0 asks for the network's least work only; who asked knows the height.
        check_work(header, 0, network)
    except Refused:
        raise SourceError("the source gave a header without its proof of work")
    return header


class Esplora:
    def __init__(self, urls, network, quorum):
        self.urls, self.network, self.quorum = urls, network, quorum
        self.trust = "quorum" if quorum > 1 else "single-source"
        self.checked = set()

    def _get(self, url, path, max_bytes):
        status, body = fetch(url + "/" + path, max_bytes)
        if status == 404:
            return None
        if status != 200:
            raise SourceError("status %d" % status)
        return body.decode("latin-1").strip()

    def _hash_at(self, url, height):
        if url not in self.checked:
            if self._get(url, "block-height/0", 80) != NETWORKS[self.network][1]:
                raise SourceError("the source follows another network")
            self.checked.add(url)
        found = self._get(url, "block-height/%d" % height, 80)
        if found is not None and not re.fullmatch(r"[0-9a-f]{64}", found):
            raise SourceError("the source gave no hash")
        return found

    def _ask_all(self, ask):
        answers = []
        for url in self.urls:
            try:
                answers.append((url, ask(url)))
            except SourceError as error:
                sys.stderr.write("verify_cli: %s: %s\n" % (urllib.parse.urlsplit(url).hostname, error))
        return answers

    def header_at(self, height):
        answers = self._ask_all(lambda url: self._hash_at(url, height))
        for value in {found for _, found in answers}:
            agreeing = [url for url, found in answers if found == value]
            if len(agreeing) < self.quorum:
                continue
            if value is None:
                return None
            for url in agreeing:
                try:
                    text = self._get(url, "block/%s/header" % value, 200)
                    if text is not None:
                        return check_header_of(text.encode("latin-1", "replace"), value, self.network)
                except SourceError as error:
                    sys.stderr.write("verify_cli: %s: %s\n" % (urllib.parse.urlsplit(url).hostname, error))
        raise SourceError("not enough servers agree")

    def tip_height(self):
        def ask(url):
            text = self._get(url, "blocks/tip/height", 80)
            if text is None or not re.fullmatch(r"[0-9]{1,10}", text):
                raise SourceError("the source gave no height")
            return int(text)

        heights = sorted((height for _, height in self._ask_all(ask)), reverse=True)
        return heights[self.quorum - 1] if len(heights) >= self.quorum else None


class BitcoinCore:
    trust = "node"

    def __init__(self, url, network):
        parts = urllib.parse.urlsplit(url)
        secret = "%s:%s" % (urllib.parse.unquote(parts.username or ""), urllib.parse.unquote(parts.password or ""))
        host = parts.hostname + ("" if parts.port is None else ":%d" % parts.port)
        self.url = urllib.parse.urlunsplit((parts.scheme, host, parts.path or "/", "", ""))
        self.secret, self.network = secret, network
        self.is_known = False

    def _call(self, method, *params):
        body = json.dumps({"jsonrpc": "1.0", "id": 1, "method": method, "params": params}).encode()
        basic = base64.b64encode(self.secret.encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": "Basic " + basic}
        _, answer = fetch(self.url, 65_536, body, headers)
        try:
            answer = parse_json(answer.decode("utf-8"))
        except ValueError:
            raise SourceError("the node gave no JSON")
        if not isinstance(answer, dict):
            raise SourceError("the node gave no answer")
        if answer.get("error") is not None:
            code = answer["error"].get("code") if isinstance(answer["error"], dict) else None
            if code == -8:
                return None
            raise SourceError("the node refused")
        return answer.get("result")

    def header_at(self, height):
        if not self.is_known and self._call("getblockhash", 0) != NETWORKS[self.network][1]:
            raise SourceError("the node follows another network")
        self.is_known = True
        found = self._call("getblockhash", height)
        if found is None:
            return None
        header = self._call("getblockheader", found, False)
        if not isinstance(found, str) or not isinstance(header, str):
            raise SourceError("the node gave no header")
        return check_header_of(header.encode("latin-1", "replace"), found, self.network)

    def tip_height(self):
        height = self._call("getblockcount")
        return height if isinstance(height, int) else None


# ---------------------------------------------------------------------------------------------------------------------
# OpenTimestamps proofs

OTS_MAGIC = b"\0OpenTimestamps\0\0Proof\0\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
OTS_DIGESTS = {0x02: ("sha1", 20), 0x03: ("ripemd160", 20), 0x08: ("sha256", 32), 0x67: ("keccak256", 32)}
OTS_TYPES = {
    bytes.fromhex("0588960d73d71901"): "bitcoin", bytes.fromhex("06869a0d73d71b45"): "litecoin",
    bytes.fromhex("30fe8087b5c7ead7"): "ethereum", bytes.fromhex("83dfe30d2ef90c8e"): "pending",
}
MESSAGE_MAX_BYTES = 4096
MESSAGES_TOTAL_MAX_BYTES = 16 * MIB


def hash_named(name, data):
    hasher = make_hasher(name)
    hasher.update(data)
    return hasher.digest()


class OtsReader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        return self.bytes(1)[0]

    def bytes(self, length):
        if length > len(self.data) - self.at:
            raise Refused("truncated", "%d bytes were expected" % length)
        self.at += length
        return self.data[self.at - length:self.at]

    def number(self, max_bytes):
        value, shift = 0, 0
        while True:
            if shift >= 7 * max_bytes:
                raise Refused("bad-varuint", "a varuint is longer than %d bytes" % max_bytes)
            byte = self.byte()
            value += (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def varbytes(self, least, most, code):
        length = self.number(4)
        if not least <= length <= most:
            raise Refused(code, "a length of %d is not within %d..%d" % (length, least, most))
        return self.bytes(length)

    def end(self):
        if self.at != len(self.data):
            raise Refused("trailing-bytes", "%d bytes are left over" % (len(self.data) - self.at))


def apply_op(tag, argument, message):
    if tag in OTS_DIGESTS:
        return hash_named(OTS_DIGESTS[tag][0], message)
    if tag == 0xF0:
        result = message + argument
    elif tag == 0xF1:
        result = argument + message
    else:
        if not message:
            raise Refused("empty-message", "an empty message cannot be transformed")
        if tag == 0xF2:
            result = message[::-1]
        else:
            result = message.hex().encode()
    if len(result) > MESSAGE_MAX_BYTES:
        raise Refused("message-too-long", "a message of %d bytes is over %d" % (len(result), MESSAGE_MAX_BYTES))
    return result


def read_attestation(reader):
    """(tag, type, value): equal ones are the same attestation, and they sort in the order of the format."""
    tag = reader.bytes(8)
    payload = reader.varbytes(0, 8192, "bad-attestation")
    kind = OTS_TYPES.get(tag)
    if kind is None:
        return tag, "unknown", payload
    inner = OtsReader(payload)
    if kind == "pending":
        value = inner.varbytes(0, 1000, "bad-uri").decode("latin-1")
        if not re.fullmatch(r"[A-Za-z0-9\-._/:]*", value):
            raise Refused("bad-uri", "a URI has a character that is not allowed")
    else:
        value = inner.number(8)
        if value > SAFE_MAX:
            raise Refused("bad-varuint", "a height is over 2^53 - 1")
    inner.end()
    return tag, kind, value


def read_node(reader, message, depth, budget):
    if depth >= 256:
        raise Refused("too-deep", "a path has more than 255 operations")
    attestations, branches = [], []
    while True:
        start = reader.byte()
        is_last = start != 0xFF
        tag = start if is_last else reader.byte()
        if tag == 0:
            attestations.append(read_attestation(reader))
        else:
            argument = b""
            if tag in (0xF0, 0xF1):
                argument = reader.varbytes(1, 4096, "bad-argument")
            elif tag not in (0xF2, 0xF3) and tag not in OTS_DIGESTS:
                raise Refused("unknown-op", "0x%02x is not an operation" % tag)
            result = apply_op(tag, argument, message)
            budget[0] -= len(result)
            if budget[0] < 0:
                raise Refused("too-large", "the messages are too many bytes in all")
            branches.append(((tag, argument), read_node(reader, result, depth + 1, budget)))
        if is_last:
            return assemble(message, attestations, branches, depth)


def assemble(message, attestations, branches, depth):
    """Canonical: sorted, nothing twice, branches of one operation merged."""
    grouped = {}
    for op, node in branches:
        grouped.setdefault(op, []).append(node)
    merged = []
    for op in sorted(grouped):
        nodes = grouped[op]
        if len(nodes) == 1:
            merged.append(nodes[0])
            continue
        if depth + 1 >= 256:
            raise Refused("too-deep", "a path has more than 255 operations")
        merged.append(assemble(
            nodes[0]["message"],
            [one for node in nodes for one in node["attestations"]],
            [pair for node in nodes for pair in node["branches"]],
            depth + 1,
        ))
    return {
        "message": message, "attestations": sorted(set(attestations)), "branches": list(zip(sorted(grouped), merged)),
    }


def decode_proof(data):
    """Name of the file's digest, and the tree of what is attested."""
    if data[:len(OTS_MAGIC)] != OTS_MAGIC:
        raise Refused("bad-magic", "the file is not an OpenTimestamps proof")
    reader = OtsReader(data[len(OTS_MAGIC):])
    version = reader.byte()
    if version != 1:
        raise Refused("unsupported-version", "version %d is not supported" % version)
    tag = reader.byte()
    if tag not in OTS_DIGESTS:
        raise Refused("bad-file-hash-op", "0x%02x is not a digest operation" % tag)
    name, length = OTS_DIGESTS[tag]
    node = read_node(reader, reader.bytes(length), 0, [MESSAGES_TOTAL_MAX_BYTES])
    reader.end()
    return name, node


def walk_attestations(node):
    unvisited = [node]
    while unvisited:
        current = unvisited.pop()
        for attestation in current["attestations"]:
            yield current["message"], attestation
        unvisited.extend(below for _, below in reversed(current["branches"]))


# ---------------------------------------------------------------------------------------------------------------------
# Receipts and proofs against Bitcoin: docs/formats/receipt.md

ATTESTATIONS_MAX = 64
CONFIRMATIONS_SETTLED = 6


class Report:
    def __init__(self, headers):
        self.headers = headers
        self.steps, self.findings, self.blocks, self.asked = [], set(), {}, {}
        self.left, self.tip, self.trust = ATTESTATIONS_MAX, [], None

    def note(self, step, ok, detail, proof=None):
        entry = {"step": step, "ok": ok, "detail": detail}
        if proof is not None:
            entry["proof"] = proof
        self.steps.append(entry)

    def take_attestation(self):
        self.left -= 1
        if self.left == -1:
            self.note("attestation", None, "More than %d attestations; the rest is not checked." % ATTESTATIONS_MAX)
            self.findings.add("cannot-check")
        return self.left >= 0

    def _read_header(self, proof, height):
        if height not in self.asked:
            try:
                self.asked[height] = (self.headers.header_at(height), None)
            except SourceError as error:
                self.asked[height] = (None, error)
        header, error = self.asked[height]
        if error is not None:
            self.note("block-header", None, "The header of block %d is not to be had: %s." % (height, error), proof)
        elif header is None:
            self.note("block-header", None, "No header is known for block %d of %s." % (height, self.headers.network), proof)
        else:
            self.trust = self.headers.trust
            self.note("block-header", True, "The header of block %d was found." % height, proof)
        return header

    def check_block(self, proof, height, message):
        if not self.take_attestation():
            return False
        header = self._read_header(proof, height)
        if header is None:
            self.findings.add("cannot-check")
            return False
        try:
            check_work(header, height, self.headers.network)
        except Refused as error:
            self.note("proof-of-work", False, "Header %d is not to be believed: %s." % (height, error.message), proof)
            self.findings.add("cannot-check")
            return False
        self.note("proof-of-work", True, "Header %d carries the work that %s asks for." % (height, self.headers.network), proof)
        is_root = header[36:68] == message
        leads = "The proof leads" if is_root else "The proof does not lead"
        self.note("merkle-root", is_root, "%s to the Merkle root of block %d." % (leads, height), proof)
        self.findings.add("verified" if is_root else "invalid")
        if is_root:
            self.blocks[height] = {
                "height": height, "hash": block_hash(header)[::-1].hex(),
                "time": struct.unpack("<I", header[68:72])[0], "confirmations": self._count(proof, height),
            }
        return is_root

    def _count(self, proof, height):
        if not self.tip:
            try:
                self.tip.append(self.headers.tip_height())
            except SourceError:
                self.tip.append(None)
        if self.tip[0] is None:
            return None
        count = max(1, self.tip[0] - height + 1)
        is_settled = count >= CONFIRMATIONS_SETTLED
        advice = "" if is_settled else "; with fewer than %d, check again later" % CONFIRMATIONS_SETTLED
        self.note("confirmations", True if is_settled else None, "Block %d has %d confirmations%s." % (height, count, advice), proof)
        return count

    def conclude(self, outcome=None):
        if outcome is None:
            order = ("verified", "invalid", "altered", "cannot-check", "pending")
            outcome = next((one for one in order if one in self.findings), "cannot-check")
        blocks = [self.blocks[height] for height in sorted(self.blocks)]
        verdict = {
            "outcome": outcome, "network": self.headers.network, "trust": self.trust, "steps": self.steps,
            "attestedTime": blocks[0]["time"] if blocks else None, "blocks": blocks,
        }
        verdict.update(describe_outcome(outcome, self.headers.network, self.trust, blocks))
        return verdict


TRUST_CAVEATS = {
    "node": [],
    "quorum": ["That the block is part of Bitcoin, should all of the servers that were asked lie together."],
    "single-source": ["That the block is part of Bitcoin, should the one server that was asked lie."],
    "headers-file": ["That the block is part of Bitcoin, should the headers file come from somebody who lies."],
}
PROVES_NOTHING = {
    "altered": "Nothing about this work: it is not the one that was anchored.",
    "invalid": "Nothing: the proof does not hold.",
    "pending": "Nothing yet: calendars have promised to anchor it, but no proof has reached Bitcoin.",
    "cannot-check": "Nothing so far: what is needed to decide could not be had.",
}


def day_of(seconds):
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def describe_outcome(outcome, network, trust, blocks):
    if outcome != "verified" or not blocks:
        return {"proves": PROVES_NOTHING["cannot-check" if outcome == "verified" else outcome], "doesNotProve": []}
    text = "Exactly these bytes existed when block %d of Bitcoin %s was made, on %s (UTC)."
    caveats = [
        "Who made the work, who owns it or who had it anchored.",
        "That it did not exist earlier, or that what it shows or says is true.",
        "The exact minute: a block carries its miner\u2019s clock, which can be hours off.",
    ]
    if network != "mainnet":
        caveats.append("Anything to anybody else: blocks of %s cost nothing to make." % network)
    return {
        "proves": text % (blocks[0]["height"], network, day_of(blocks[0]["time"])),
        "doesNotProve": caveats + (TRUST_CAVEATS[trust] if trust else []),
    }


def verify_evidence(evidence, work, headers):
    """`work` has digests by name; None: there is no work, and the SHA-256 that the receipt is about stands for it."""
    report = Report(headers)
    claims = evidence["claims"]
    refusal = compare_with_receipt(report, claims, work, headers) if claims is not None else None
    if refusal is not None:
        return report.conclude(refusal)
    digests = work
    if digests is None:
        digests = {} if claims is None else {"sha256": claims["sha256"]}
    for name, data in evidence["proofs"]:
        check_proof(report, name, data, claims, digests)
    if not evidence["proofs"]:
        report.note("format", False, "There is no proof with it: the .ots files are missing.")
        return report.conclude("invalid")
    verdict = report.conclude()
    if work is None and verdict["outcome"] == "verified":
        verdict["doesNotProve"] = ["That a file of yours is this work: none was compared."] + verdict["doesNotProve"]
    return verdict


def refuse_evidence(error, headers):
    report = Report(headers)
    report.note("format", False, "%s (%s)." % (error.message, error.code))
    return report.conclude("invalid")


def compare_with_receipt(report, claims, work, headers):
    report.note("format", True, "The receipt is well-formed.")
    if work is not None and "sha256" not in work:
        report.note("work-digest", None, "The receipt is about a SHA-256, and none of the work is at hand.")
        return "cannot-check"
    if work is None:
        report.note("work-digest", None, "No work was compared: the SHA-256 of yours has to be %s." % claims["sha256"].hex())
    else:
        for step, name, key in (("work-digest", "SHA-256", "sha256"), ("work-sha512", "SHA-512", "sha512")):
            if claims[key] is None or key not in work:
                continue
            is_same = work[key] == claims[key]
            differs = "The work is not the one that was anchored: its %s is %s." % (name, work[key].hex())
            report.note(step, is_same, "The work has the %s of the receipt." % name if is_same else differs)
            if not is_same:
                return "altered"
    if claims["network"] is not None and claims["network"] != headers.network:
        text = "The receipt was made on %s, but %s was to be asked."
        report.note("network", None, text % (claims["network"], headers.network))
        return "cannot-check"
    return None


def check_proof(report, name, data, claims, work):
    try:
        if len(data) > PROOF_MAX_BYTES:
            raise Refused("too-large", "the file is larger than any proof")
        kind, node = decode_proof(data)
    except Refused as error:
        report.note("proof-format", False, "The proof cannot be read: %s (%s)." % (error.message, error.code), name)
        report.findings.add("invalid")
        return
    report.note("proof-format", True, "The proof is a well-formed OpenTimestamps file.", name)
    if kind not in work:
        report.note("proof-digest", None, "The proof is about a %s digest, and none of the work is at hand." % kind, name)
        report.findings.add("cannot-check")
        return
    if work[kind] != node["message"]:
        text = "The proof is about another work, with %s %s."
        report.note("proof-digest", False, text % (kind, node["message"].hex()), name)
        report.findings.add("altered" if claims is None else "invalid")
        return
    report.note("proof-digest", True, "The proof is about the %s of the work." % kind, name)
    pending, is_verified = {}, False
    for message, (tag, type_, value) in walk_attestations(node):
        if type_ == "bitcoin":
            is_verified = report.check_block(name, value, message) or is_verified
        elif type_ == "pending":
            pending[value] = True
        elif report.take_attestation():
            what = "of unknown kind " + tag.hex() if type_ == "unknown" else "in " + type_
            report.note("attestation", None, "An attestation %s is not checked here." % what, name)
            report.findings.add("cannot-check")
    if pending and not is_verified:
        named = ", ".join(list(pending)[:5]) or "a calendar without an address"
        rest = " and %d more" % (len(pending) - 5) if len(pending) > 5 else ""
        report.note("attestation", None, "Promised by %s%s." % (named, rest), name)
        report.findings.add("pending")


CALENDAR_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def bad_receipt(message):
    return Refused("receipt-malformed", message)


def need_object(value, field):
    if not isinstance(value, dict):
        raise bad_receipt(field + " is not an object")
    return value


def need_list(value, field):
    if not isinstance(value, list):
        raise bad_receipt(field + " is not a list")
    if len(value) > 64:
        raise bad_receipt(field + " has more than 64 items")
    return value


def need_text(value, field):
    if not isinstance(value, str) or utf16_length(value) > 4096:
        raise bad_receipt(field + " is not a text")
    return value


def need_digest(value, field, length):
    digest = decode_hex(value) if isinstance(value, str) else None
    if digest is None or len(digest) != length:
        raise bad_receipt("%s is not %d hexadecimal characters" % (field, 2 * length))
    return digest


def need_optional(value, need, *rest):
    return None if value is None else need(value, *rest)


def read_receipt(data):
    """Claims, proofs that it carries, and names of proofs that belong beside it."""
    if len(data) > RECEIPT_MAX_BYTES:
        raise Refused("receipt-too-large", "It is larger than 4 MiB")
    try:
        text = data.decode("utf-8")
        fields = parse_json(text[1:] if text.startswith("\ufeff") else text)
    except ValueError:
        raise Refused("not-a-receipt", "It is not JSON")
    if not isinstance(fields, dict):
        raise Refused("not-a-receipt", "It is not a JSON object")
    if "format" not in fields and "hash_hex" in fields:
        return read_contract_receipt(fields)
    if fields.get("format") != "touchmark-receipt/1":
        raise Refused("not-a-receipt", "It does not say touchmark-receipt/1")
    file = need_object(fields.get("file"), "file")
    if not is_safe_integer(file.get("size")) or file["size"] < 0:
        raise bad_receipt("file.size is not a size in bytes")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", need_text(fields.get("receipt_id"), "receipt_id")):
        raise bad_receipt("receipt_id has characters that no receipt has")
    need_text(fields.get("server"), "server")
    need_text(fields.get("created_at"), "created_at")
    need_text(file.get("name"), "file.name")
    claims = {
        "sha256": need_digest(fields.get("hash_hex"), "hash_hex", 32),
        "sha512": need_optional(fields.get("sha512_hex"), need_digest, "sha512_hex", 64),
        "network": fields.get("network"),
    }
    if not isinstance(claims["network"], str) or claims["network"] not in NETWORKS:
        raise bad_receipt("network is not one of the Bitcoin networks")
    proofs = []
    for item in need_list(fields.get("calendars"), "calendars"):
        calendar = need_object(item, "calendars[]")
        name = need_text(calendar.get("name"), "calendars[].name")
        if not CALENDAR_NAME.fullmatch(name):
            raise bad_receipt("%s is not the name of a calendar" % json.dumps(name))
        ots = decode_base64(calendar["ots"]) if isinstance(calendar.get("ots"), str) else None
        if ots is None:
            raise bad_receipt("The proof of calendar %s is not base64" % name)
        need_optional(calendar.get("url"), need_text, "calendars[].url")
        proofs.append((name + ".ots", ots))
    for item in need_list(fields.get("failures"), "failures"):
        failure = need_object(item, "failures[]")
        need_optional(failure.get("calendar"), need_text, "failures[].calendar")
        need_text(failure.get("error"), "failures[].error")
    return claims, proofs, []


def read_contract_receipt(fields):
    names = []
    for field, key in (("checks", "file"), ("successes", "ots_path")):
        for item in need_list(fields.get(field, []), field):
            path = need_text(need_object(item, field + "[]").get(key), "proof file name")
            name = path[path.rfind("/") + 1:]
            if not name.endswith(".ots") or not CALENDAR_NAME.fullmatch(name[:-4]):
                raise bad_receipt("%s is not the name of a proof file" % json.dumps(path))
            if name not in names:
                names.append(name)
    need_optional(fields.get("receipt_id"), need_text, "receipt_id")
    need_optional(fields.get("created_at"), need_text, "created_at")
    claims = {
        "sha256": need_digest(fields.get("hash_hex"), "hash_hex", 32),
        "sha512": need_optional(fields.get("sha512_hex"), need_digest, "sha512_hex", 64),
        "network": None,
    }
    return claims, [], names


# ---------------------------------------------------------------------------------------------------------------------
# ZIP archives, strictly: only the central directory is believed

ZIP_MAX_BYTES = 32 * MIB


def is_zip(data):
    return len(data) >= 22 and data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def zip_bad(message, code="zip-malformed"):
    return Refused(code, message)


def read_zip(data):
    """Files by name, in the order of the directory, folders left out."""
    if len(data) > ZIP_MAX_BYTES:
        raise zip_bad("The archive is larger than 32 MiB", "zip-too-large")
    entries = read_directory(data)
    if sum(entry["unpacked"] for entry in entries) > ZIP_MAX_BYTES:
        raise zip_bad("The archive would unpack to more than 32 MiB", "zip-too-large")
    if sum(entry["packed"] for entry in entries) > len(data):
        raise zip_bad("Entries of the archive overlap")
    files = {}
    for entry in entries:
        if entry["name"] in files:
            raise zip_bad("The archive has two entries called %s" % json.dumps(entry["name"]), "zip-duplicate-name")
        files[entry["name"]] = unpack(data, entry)
    return {name: content for name, content in files.items() if not name.endswith("/")}


def read_directory(data):
    end = find_end(data)
    disk, _, own, count, size, start = struct.unpack("<HHHHII", data[end + 4:end + 20])
    if disk != 0 or own != count:
        raise zip_bad("The archive is split over several files", "zip-unsupported")
    if count == 0xFFFF or size == 0xFFFFFFFF or start == 0xFFFFFFFF:
        raise zip_bad("The archive uses ZIP64, which no receipt needs", "zip-unsupported")
    if count > 2000:
        raise zip_bad("The archive has %d entries, over 2000" % count, "zip-too-many-entries")
    if start + size != end:
        raise zip_bad("The archive has no complete directory")
    entries, at = [], start
    for _ in range(count):
        if at + 46 > end or data[at:at + 4] != b"PK\x01\x02":
            raise zip_bad("The directory of the archive is damaged")
        flags, method = struct.unpack("<HH", data[at + 8:at + 12])
        checksum, packed, unpacked, name_bytes, extra, comment = struct.unpack("<IIIHHH", data[at + 16:at + 34])
        after = at + 46 + name_bytes + extra + comment
        if after > end:
            raise zip_bad("The directory of the archive is damaged")
        if flags & 0x2041:
            raise zip_bad("The archive is encrypted", "zip-unsupported")
        entries.append({
            "name": read_name(data[at + 46:at + 46 + name_bytes]), "method": method, "checksum": checksum,
            "packed": packed, "unpacked": unpacked, "offset": struct.unpack("<I", data[at + 42:at + 46])[0],
        })
        at = after
    if at != end:
        raise zip_bad("The directory of the archive holds more than it says")
    return entries


def find_end(data):
    for at in range(len(data) - 22, max(0, len(data) - 22 - 0xFFFF) - 1, -1):
        if data[at:at + 4] == b"PK\x05\x06" and at + 22 + struct.unpack("<H", data[at + 20:at + 22])[0] == len(data):
            return at
    raise zip_bad("The archive has no end, it may be cut short")


def read_name(data):
    if not 1 <= len(data) <= 512:
        raise zip_bad("An entry of the archive has no name, or one that is too long", "zip-bad-name")
    try:
        name = data.decode("utf-8")
    except UnicodeDecodeError:
        raise zip_bad("An entry of the archive has a name that is not UTF-8", "zip-bad-name")
    name = name[1:] if name.startswith("\ufeff") else name
    segments = (name[:-1] if name.endswith("/") else name).split("/")
    if any(segment in ("", ".", "..") for segment in segments) or re.search("[\\\\:\x00-\x1f\x7f-\x9f]", name):
        raise zip_bad("The archive has an entry called %s" % json.dumps(name), "zip-bad-name")
    return name


def unpack(data, entry):
    corrupt = zip_bad("%s does not unpack to what the archive announces" % json.dumps(entry["name"]), "zip-corrupt")
    at = entry["offset"]
    if at + 30 > len(data) or data[at:at + 4] != b"PK\x03\x04":
        raise corrupt
    name_bytes, extra = struct.unpack("<HH", data[at + 26:at + 30])
    start = at + 30 + name_bytes + extra
    if start + entry["packed"] > len(data):
        raise corrupt
    packed = data[start:start + entry["packed"]]
    if entry["method"] == 0:
        content = packed
    elif entry["method"] == 8:
        inflater = zlib.decompressobj(-15)
        try:
            content = inflater.decompress(packed, entry["unpacked"] + 1)
        except zlib.error:
            raise corrupt
        if not inflater.eof:
            raise corrupt
    else:
        raise zip_bad("%s is packed by a method no receipt uses" % json.dumps(entry["name"]), "zip-unsupported")
    if len(content) != entry["unpacked"] or zlib.crc32(content) != entry["checksum"]:
        raise corrupt
    return content


def read_zip_evidence(name, files):
    folders = {}
    for path, content in files.items():
        cut = path.rfind("/") + 1
        folders.setdefault(path[:cut], {})[path[cut:]] = content
    evidence = []
    for folder, inner in folders.items():
        where = ("%s/%s" % (name, folder)).rstrip("/")
        proofs = [(file, content) for file, content in inner.items() if file.endswith(".ots")]
        receipts = [(file, content) for file, content in inner.items() if file.endswith(".json")]
        if not receipts and proofs:
            evidence.append({"name": where, "claims": None, "proofs": proofs})
        for file, content in receipts:
            claims, own, _ = read_receipt(content)
            evidence.append({"name": "%s/%s" % (where, file), "claims": claims, "proofs": own or proofs})
    if not evidence:
        raise Refused("not-a-receipt", "The archive holds neither a receipt nor a proof")
    return evidence


# ---------------------------------------------------------------------------------------------------------------------
# Signed notes, checkpoints and proofs of the public log (C2SP)


def note_error(message):
    return Refused("note", message)


def require_printable(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise note_error("half of a surrogate pair")
    if re.search("[\x00-\x09\x0b-\x1f]", text):
        raise note_error("a control character")


def decode_note_text(data, max_bytes):
    if len(data) > max_bytes:
        raise note_error("more than %d bytes" % max_bytes)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise note_error("the bytes are not UTF-8")
    require_printable(text)
    return text


WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def require_key_name(name):
    require_printable(name)
    if not re.fullmatch("[^%s+]+" % WHITE_SPACE, name):
        raise note_error("a key name is empty, or has + or space")


def parse_note(data):
    note = decode_note_text(data, 1_000_000)
    end = note.rfind("\n\n") + 1
    if end == 0:
        raise note_error("there is no blank line before signatures")
    lines = note[end + 1:].split("\n")
    if lines.pop() != "":
        raise note_error("the last line does not end in a line feed")
    if not 1 <= len(lines) <= 100:
        raise note_error("there is no signature, or there are over 100")
    signatures = []
    for line in lines:
        parts = line[2:].split(" ") if line.startswith("\u2014 ") else []
        blob = decode_base64(parts[1]) if len(parts) == 2 else None
        if blob is None or len(blob) <= 4:
            raise note_error("a signature line is not a name and a signature")
        require_key_name(parts[0])
        signatures.append((parts[0], blob[:4], blob[4:]))
    return note[:end], signatures


def parse_verifier_key(text):
    """(type, name, id, public key)"""
    match = re.fullmatch(r"([^+]*)\+([0-9a-f]{8})\+(.*)", text, re.DOTALL)
    material = decode_base64(match[3]) if match else None
    if not material:
        raise note_error("a verifier key is not a name, an id and a key")
    if material[0] not in (1, 4):
        raise note_error("signature type %d" % material[0])
    require_key_name(match[1])
    if len(material) != 33:
        raise note_error("an Ed25519 key has 32 bytes")
    key_id = sha256((match[1] + "\n").encode() + material)[:4]
    if key_id.hex() != match[2]:
        raise note_error("the id in a verifier key is not that of its key")
    return material[0], match[1], key_id, material[1:]


def verify_note(text, signatures, key):
    kind, name, key_id, public_key = key
    is_signed = False
    for signer, signer_id, signature in signatures:
        if signer != name or signer_id != key_id:
            continue
        message = text.encode()
        if kind == 4:
            if len(signature) < 8 or int.from_bytes(signature[:8], "big") > SAFE_MAX:
                raise note_error("a signature of %s does not hold" % name)
            at = int.from_bytes(signature[:8], "big")
            message, signature = ("cosignature/v1\ntime %d\n" % at).encode() + message, signature[8:]
        if not verify_ed25519(public_key, message, signature):
            raise note_error("a signature of %s does not hold" % name)
        is_signed = True
    if not is_signed:
        raise note_error("no known key has signed the note")


def parse_decimal(text):
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", text):
        return None
    return int(text) if int(text) <= SAFE_MAX else None


def parse_hash(text):
    data = decode_base64(text)
    return data if data is not None and len(data) == 32 else None


def parse_checkpoint(text):
    lines = text.split("\n")
    end = lines.pop()
    size = parse_decimal(lines[1]) if len(lines) > 1 else None
    root = parse_hash(lines[2]) if len(lines) > 2 else None
    if end != "" or "" in lines or size is None or root is None:
        raise note_error("the text is not an origin, a size and a root hash")
    return lines[0], size, root


def parse_log_proof(data):
    text = decode_note_text(data, 2_000_000)
    bad = note_error("the lines before the checkpoint are not those of a proof")
    end = text.find("\n\n")
    if end == -1:
        raise bad
    lines = text[:end].split("\n")
    note = text[end + 2:].encode()
    first = lines.pop(0)
    extra = lines.pop(0)[6:] if lines and lines[0].startswith("extra ") else None
    index_line = lines.pop(0) if lines else ""
    index = parse_decimal(index_line[6:]) if index_line.startswith("index ") else None
    hashes = [parse_hash(line) for line in lines]
    if first != "c2sp.org/tlog-proof@v1" or index is None or len(hashes) > 63 or None in hashes:
        raise bad
    if extra is not None and not decode_base64(extra):
        raise bad
    return index, hashes, parse_note(note)


def verify_inclusion(leaf_hash, index, size, root, proof):
    if index >= size:
        return False
    first, last, current = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if first % 2 or first == last:
            current = sha256(b"\x01" + sibling + current)
            while first % 2 == 0 and first != 0:
                first, last = first // 2, last // 2
        else:
            current = sha256(b"\x01" + current + sibling)
        first, last = first // 2, last // 2
    return last == 0 and current == root


# ---------------------------------------------------------------------------------------------------------------------
# Certificates: docs/formats/certificate.md

CERTIFICATE_FORMAT = "touchmark/certificate/1"
CERTIFICATE_MAX_BYTES = 512 * 1024
REASON = re.compile(r"[a-z0-9_]{1,64}")
TRACKORIGIN_ID = re.compile(r"cer_[A-Za-z0-9_]{1,60}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
LOG_TYPES = (
    "certificate.issued", "certificate.updated", "certificate.revoked", "certificate.superseded", "rendition.registered",
)


def bad_document(field):
    return Refused("bad-document", 'the document has no valid field "%s"' % field)


def bad_manifest(field):
    return Refused("bad-manifest", 'the manifest has no valid field "%s"' % field)


def read_certificate_document(data):
    if len(data) > CERTIFICATE_MAX_BYTES:
        raise Refused("too-large", "it has more than %d bytes" % CERTIFICATE_MAX_BYTES)
    try:
        document = parse_unambiguous(data)
    except ValueError:
        raise Refused("not-json", "it is not JSON, or not JSON that everybody reads alike")
    if not isinstance(document, dict) or document.get("format") != CERTIFICATE_FORMAT:
        raise Refused("not-a-certificate", "it is not a certificate document of this format")
    manifest, key_id = document.get("manifest"), document.get("key_id")
    if not isinstance(manifest, dict):
        raise bad_document("manifest")
    if not isinstance(key_id, str):
        raise bad_document("key_id")
    certificate = {"manifest": manifest, "manifest_json": format_canonical(manifest), "key_id": key_id}
    for field, length in (("signature", 64), ("public_key", 32)):
        value = document.get(field)
        data = decode_base64(value) if isinstance(value, str) else None
        if data is None or len(data) != length:
            raise bad_document(field)
        certificate[field] = data
    salt = document.get("salt")
    if not isinstance(salt, str) or not re.fullmatch(r"[0-9a-f]{64}", salt):
        raise bad_document("salt")
    certificate["salt"] = bytes.fromhex(salt)
    certificate["log"] = read_log_part(document)
    certificate["status"] = read_status(document)
    certificate["openings"] = read_openings(document)
    return certificate


def read_log_part(document):
    log = document.get("log", ())
    if log is None:
        return None
    if not isinstance(log, dict) or not all(isinstance(log.get(name), str) for name in ("origin", "verifier_key", "proof")):
        raise bad_document("log")
    if not isinstance(log.get("leaf"), dict):
        raise bad_document("log.leaf")
    return log


def read_status(document):
    status = document.get("status", ())
    if status is None:
        return None
    if not isinstance(status, dict):
        raise bad_document("status")
    if status.get("status") not in ("active", "revoked") or not isinstance(status.get("status"), str):
        raise bad_document("status.status")
    if parse_iso_time(status.get("checked_at")) is None:
        raise bad_document("status.checked_at")
    if "revoked_at" not in status or status["revoked_at"] is not None and parse_iso_time(status["revoked_at"]) is None:
        raise bad_document("status.revoked_at")
    reason = status.get("reason", ())
    if reason is not None and not (isinstance(reason, str) and REASON.fullmatch(reason)):
        raise bad_document("status.reason")
    if "superseded_by" in status:
        newer = status["superseded_by"]
        if not isinstance(newer, str) or not (TRACKORIGIN_ID.fullmatch(newer) or UUID.fullmatch(newer)):
            raise bad_document("status.superseded_by")
    return status


def read_openings(document):
    openings = document.get("openings", {})
    is_right = isinstance(openings, dict) and all(
        isinstance(one, dict) and "value" in one and isinstance(one.get("salt"), str) for one in openings.values()
    )
    if not is_right:
        raise bad_document("openings")
    return openings


def read_manifest_head(manifest):
    if manifest.get("format") != "touchmark/manifest/1":
        raise bad_manifest("format")
    registry, id_, version = manifest.get("registry"), manifest.get("cert_id"), manifest.get("version")
    if registry not in ("trackorigin", "origimark"):
        raise bad_manifest("registry")
    form = TRACKORIGIN_ID if registry == "trackorigin" else UUID
    if not isinstance(id_, str) or not form.fullmatch(id_):
        raise bad_manifest("cert_id")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise bad_manifest("version")
    updated = None
    if "updated_at" in manifest:
        updated = parse_iso_time(manifest["updated_at"])
        if updated is None:
            raise bad_manifest("updated_at")
    if (updated is None) != (version == 1):
        raise bad_manifest("updated_at")
    issued = parse_iso_time(manifest.get("issued_at"))
    if issued is None:
        raise bad_manifest("issued_at")
    if registry == "trackorigin":
        master = manifest.get("master")
        if not isinstance(master, dict):
            raise bad_manifest("master")
        digest = master.get("sha256")
    else:
        digest = manifest.get("hash")
    if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise bad_manifest("master.sha256" if registry == "trackorigin" else "hash")
    return {
        "registry": registry, "id": id_, "is_sandbox": id_.startswith("cer_test_"), "version": version,
        "issued": issued, "updated": updated, "work": bytes.fromhex(digest),
    }


def encode_envelope(certificate):
    key_id = json.dumps(certificate["key_id"], ensure_ascii=False)
    signature = base64.b64encode(certificate["signature"]).decode()
    text = '{"key_id":%s,"manifest":%s,"signature":"%s"}' % (key_id, certificate["manifest_json"], signature)
    return text.encode("utf-8")


def certificate_key_id(public_key):
    return "key_" + base64.urlsafe_b64encode(sha256(public_key)[:16]).decode().rstrip("=")


def read_log_event(leaf):
    """The event of a leaf, which is a dict already, or None."""
    if leaf.get("format") != "touchmark/log-event/1":
        return None
    known = {"format", "type", "registry", "certificate_id", "version", "sandbox", "at", "commitment", "reason"}
    if set(leaf) - known or leaf.get("reason", "") is None or leaf.get("sandbox", True) is not True:
        return None
    at, commitment, version = parse_iso_time(leaf.get("at")), leaf.get("commitment"), leaf.get("version")
    id_, reason = leaf.get("certificate_id"), leaf.get("reason")
    is_private = leaf.get("registry") == "origimark" and "certificate_id" not in leaf
    is_right = (
        leaf.get("type") in LOG_TYPES and leaf.get("registry") in ("trackorigin", "origimark")
        and (is_private or isinstance(id_, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", id_))
        and isinstance(version, int) and not isinstance(version, bool) and version >= 1
        and at is not None and 0 <= at < 253402300800000
        and isinstance(commitment, str) and re.fullmatch(r"[0-9a-f]{64}", commitment)
        and (reason is None or isinstance(reason, str) and REASON.fullmatch(reason))
    )
    return leaf if is_right else None


def verify_certificate(data, trust, work_sha256):
    """`trust`: {"keys": [(key, from, until)], "log": verifier key or None}"""
    steps = []

    def note(step, ok, detail):
        steps.append({"step": step, "ok": ok, "detail": detail})

    try:
        certificate = read_certificate_document(data)
        note("format", True, "It is a certificate document.")
        head = read_manifest_head(certificate["manifest"])
        text = "It is version %d of %s in the registry %s."
        note("manifest", True, text % (head["version"], head["id"], head["registry"]))
    except Refused as error:
        step = "manifest" if error.code == "bad-manifest" else "format"
        note(step, False, error.message[:1].upper() + error.message[1:] + ".")
        return conclude_certificate("invalid", None, None, steps), None, None
    check_certificate_key(certificate, head, trust["keys"], note)
    is_signed = verify_ed25519(certificate["public_key"], certificate["manifest_json"].encode(), certificate["signature"])
    note("signature", is_signed, "The key signed this manifest." if is_signed else "The signature is not of this manifest.")
    check_openings(certificate, note)
    log = check_log(certificate, head, trust["log"], note)
    if work_sha256 is not None:
        is_same = head["work"] == work_sha256
        note("work-digest", is_same, "It is about this work." if is_same else "It is about a work with another digest.")
    status = certificate["status"]
    if status is None:
        note("status", None, "The document does not say whether it was revoked.")
    elif status["status"] == "active":
        newer = "; a newer version of the work has the certificate %s" % status["superseded_by"] if "superseded_by" in status else ""
        note("status", None, "It was active at %s%s, as its server said; nobody has signed that." % (status["checked_at"], newer))
    else:
        at = "" if status["revoked_at"] is None else " at " + status["revoked_at"]
        note("status", False, "It was revoked%s." % at)
    failed = {entry["step"] for entry in steps if entry["ok"] is False}
    if failed - {"status", "work-digest"}:
        outcome = "invalid"
    elif "work-digest" in failed:
        outcome = "altered"
    elif "status" in failed:
        outcome = "revoked"
    elif not trust["keys"]:
        outcome = "self-asserted"
    else:
        outcome = "cannot-check" if trust["log"] is not None and certificate["log"] is None else "verified"
    return conclude_certificate(outcome, head, log, steps), certificate, head


def check_certificate_key(certificate, head, keys, note):
    if certificate_key_id(certificate["public_key"]) != certificate["key_id"]:
        note("key", False, "The key in the document has another name than the one that it gives.")
        return
    if not keys:
        note("key", None, "No trusted key is given: the one in the document vouches for itself.")
        return
    known = [key for key in keys if key[0] == certificate["public_key"]]
    text = "%s is a trusted key." if known else "%s is not among the trusted keys."
    note("key", bool(known), text % certificate["key_id"])
    at = head["issued"] if head["updated"] is None else head["updated"]
    if known:
        is_valid = any((start is None or at >= start) and (end is None or at <= end) for _, start, end in known)
        word = "was" if is_valid else "was not"
        note("key-validity", is_valid, "The key %s valid when it was signed." % word)


def opens_field(manifest, name, opening):
    committed, salt = manifest.get(name + "_commitment"), opening["salt"]
    if not isinstance(committed, str) or not re.fullmatch(r"[0-9a-f]{64}", salt):
        return False
    return sha256(bytes.fromhex(salt) + encode_canonical({"name": name, "value": opening["value"]})).hex() == committed


def check_openings(certificate, note):
    openings = certificate["openings"]
    if not openings:
        return
    is_right = all(opens_field(certificate["manifest"], name, opening) for name, opening in openings.items())
    word = "is" if is_right else "is not"
    note("openings", is_right, "What the document shows beside the manifest %s what the manifest commits to." % word)


def check_log(certificate, head, trusted, note):
    log = certificate["log"]
    if log is None:
        note("log-proof", None, "The document has no proof of a public log.")
        return None
    leaf = encode_canonical(log["leaf"])
    event = read_log_event(log["leaf"])
    kind = "certificate.issued" if head["version"] == 1 else "certificate.updated"
    # The entry of a private certificate has no id: its commitment alone tells what it is of.
    is_of_this = event is not None and (
        event["type"], event["registry"], event["version"], event.get("sandbox", False),
    ) == (kind, head["registry"], head["version"], head["is_sandbox"]) and event.get("certificate_id", head["id"]) == head["id"]
    about = "this certificate" if is_of_this else "something else"
    note("log-leaf", is_of_this, "The entry of the log is about %s." % about)
    commitment = sha256(certificate["salt"] + sha256(encode_envelope(certificate))).hex()
    is_committed = event is not None and event["commitment"] == commitment
    note("log-commitment", is_committed, "The entry commits to %s signed manifest." % ("this" if is_committed else "another"))
    if trusted is None:
        note("log-key", None, "No trusted log is given: the document itself names %s and its key." % log["origin"])
    else:
        note("log-key", True, "The log has to be %s, by a trusted key." % trusted[1])
    try:
        key = trusted or parse_verifier_key(log["verifier_key"])
        origin = trusted[1] if trusted else log["origin"]
        index, hashes, (text, signatures) = parse_log_proof(log["proof"].encode("utf-8"))
        verify_note(text, signatures, key)
        found, size, root = parse_checkpoint(text)
        if found != origin:
            raise note_error("a checkpoint of another log")
        if not verify_inclusion(sha256(b"\x00" + leaf), index, size, root, hashes):
            raise note_error("the proof does not lead from the entry to the root of the checkpoint")
    except Refused as error:
        note("log-proof", False, "The proof of the log does not hold: %s." % error.message)
        return None
    note("log-proof", True, "It is entry %d of %d in the log %s." % (index + 1, size, found))
    return {"origin": found, "size": size, "isTrusted": trusted is not None}


CERTIFICATE_PROVES = {
    "revoked": "It was issued, and revoked: do not rely on it.",
    "self-asserted": "Only that somebody signed it: the key is its own. Name a key that you trust, from another source.",
    "altered": "Nothing about this work: the certificate is about another one.",
    "invalid": "Nothing: something does not hold.",
    "cannot-check": "Nothing so far: what is needed to decide could not be had.",
    "pending": "A trusted key signed it. When, Bitcoin does not show yet.",
}


def conclude_certificate(outcome, head, log, steps):
    proves = CERTIFICATE_PROVES.get(outcome)
    caveats = []
    if outcome == "verified":
        proves = "A trusted key signed certificate %s with exactly this manifest." % head["id"]
        caveats = [
            "That what it says is true: it is what the issuer found or was told.",
            "That it was not revoked since: only the issuer knows, and its newest signed list.",
            "When it was signed: the time in it is the signer\u2019s; a Bitcoin proof of the envelope would show it.",
        ]
        if log is None:
            caveats.append("That it is in a public log.")
        elif not log["isTrusted"]:
            caveats.append("That the log it is in is the issuer\u2019s: its key is from the document.")
    return {
        "outcome": outcome, "certificateId": head and head["id"], "isSandbox": bool(head and head["is_sandbox"]),
        "log": log, "registry": head and head["registry"], "issuedAt": head and head["issued"], "steps": steps,
        "proves": proves, "doesNotProve": caveats,
    }


def parse_trusted_keys(text):
    try:
        document = parse_json(text)
    except ValueError:
        document = None
    keys = document.get("keys") if isinstance(document, dict) else None
    bad = Refused("bad-document", "it is no list of keys of certificates")
    if not isinstance(keys, list) or not 1 <= len(keys) <= 1000:
        raise bad
    trusted = []
    for key in keys:
        if not isinstance(key, dict):
            raise bad
        raw = decode_base64(key["public_key"]) if isinstance(key.get("public_key"), str) else None
        start, end = parse_iso_time(key.get("valid_from")), parse_iso_time(key.get("valid_until"))
        if raw is None or len(raw) != 32 or start is None or end is None and key.get("valid_until", ()) is not None:
            raise bad
        trusted.append((raw, start, end))
    return trusted


# ---------------------------------------------------------------------------------------------------------------------
# Proof bundles: docs/formats/bundle.md

BUNDLE_ORDER = ("invalid", "altered", "revoked", "cannot-check", "self-asserted", "pending", "verified")
SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")


def parse_sums(data):
    lines = decode_lossy(data).split("\n")
    if lines.pop() != "":
        return None
    sums = {}
    for line in lines:
        match = re.fullmatch(r"([0-9a-f]{64}) {2}([A-Za-z0-9][A-Za-z0-9._-]{0,63})", line)
        if match is None or match[2] in sums:
            return None
        sums[match[2]] = match[1]
    return sums


def verify_bundle(files, trust, headers, roots, work_sha256, now):
    steps = []

    def note(part, step, ok, detail):
        steps.append({"part": part, "step": step, "ok": ok, "detail": detail})

    sums = parse_sums(files["SHA256SUMS"]) if "SHA256SUMS" in files else None
    if sums is None:
        note("files", "SHA256SUMS", False, "There is no list of digests that can be read.")
    else:
        others = {name: content for name, content in files.items() if name != "SHA256SUMS"}
        is_right = set(others) == set(sums) and all(sha256(content).hex() == sums[name] for name, content in others.items())
        note("files", "SHA256SUMS", is_right, "Every file has the digest in the list." if is_right
             else "The list of digests is not of these files.")
    verdict, certificate, head = verify_certificate(files["certificate.json"], trust, work_sha256)
    for entry in verdict["steps"]:
        note("certificate", entry["step"], entry["ok"], entry["detail"])
    if certificate is None:
        return conclude_bundle(["invalid"], verdict, steps, None, None, None)
    envelope = encode_envelope(certificate)
    check_bundle_files(files, certificate, envelope, note)
    check_chain(files, head, envelope, note)
    token_time = check_bundle_token(files, envelope, roots, now, note)

    def prove(part, name, digest):
        if name not in files:
            note(part, "missing", None, "There is no %s: nothing was given to calendars when the bundle was made." % name)
            return None
        evidence = {"name": name, "claims": None, "proofs": [(name, files[name])]}
        found = verify_evidence(evidence, {"sha256": digest}, headers)
        for entry in found["steps"]:
            note(part, entry["step"], entry["ok"], entry["detail"])
        return found

    signed = prove("envelope", "envelope.ots", sha256(envelope))
    work = prove("work", "work.ots", head["work"])
    log = None
    if "checkpoint.txt" in files and "checkpoint.ots" in files:
        log = prove("checkpoint", "checkpoint.ots", sha256(files["checkpoint.txt"]))
    is_broken = any(entry["ok"] is False and entry["part"] in ("files", "token") for entry in steps)
    is_broken = is_broken or log is not None and log["outcome"] in ("invalid", "altered")
    outcomes = ["invalid" if is_broken else "verified", verdict["outcome"]]
    for found in (signed, work):
        outcome = "pending" if found is None else found["outcome"]
        outcomes.append("invalid" if outcome == "altered" else outcome)
    return conclude_bundle(outcomes, verdict, steps, token_time, signed, work)


def check_bundle_files(files, certificate, envelope, note):
    log = certificate["log"]
    pem = "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
    checkpoint = None
    if log is not None:
        try:
            checkpoint = parse_log_proof(log["proof"].encode("utf-8"))[2][0].encode("utf-8")
        except Refused:
            pass
    expected = (
        ("manifest.json", certificate["manifest_json"].encode("utf-8")),
        ("manifest.sig", certificate["signature"]),
        ("public-key.pem", (pem % base64.b64encode(SPKI_PREFIX + certificate["public_key"]).decode()).encode()),
        ("envelope.json", envelope),
        ("log-entry.json", None if log is None else encode_canonical(log["leaf"])),
        ("log.tlog-proof", None if log is None else log["proof"].encode("utf-8")),
        ("checkpoint.txt", checkpoint),
    )
    for name, content in expected:
        actual = files.get(name)
        if actual is None and content is None:
            continue
        is_same = actual is not None and actual == content
        note("files", name, is_same, "%s is %s of the document." % (name, "that" if is_same else "not that"))


def check_chain(files, head, envelope, note):
    is_in = False
    try:
        chain = parse_canonical(files["chain.json"]) if "chain.json" in files else None
        if isinstance(chain, dict) and chain.get("format") == "touchmark/chain/1" and isinstance(chain.get("versions"), list):
            found = [
                link for link in chain["versions"]
                if isinstance(link, dict) and link.get("cert_id") == head["id"]
                and type(link.get("version")) is int and link["version"] == head["version"]
            ]
            is_in = len(found) == 1 and found[0].get("envelope_sha256") == sha256(envelope).hex()
    except ValueError:
        pass
    note("files", "chain.json", is_in, "The chain has this version." if is_in else "The chain of versions is not of this version.")


def check_bundle_token(files, envelope, roots, now, note):
    if "token.tsr" not in files:
        note("token", "missing", None, "There is no time-stamp token.")
        return None
    try:
        own = read_pem(files["tsa-root.pem"]) if "tsa-root.pem" in files else []
        certificates = read_pem(files["tsa-chain.pem"]) if "tsa-chain.pem" in files else []
        at = verify_token(read_response(files["token.tsr"]), envelope, roots or own, certificates, now)
    except Refused as error:
        note("token", error.code, False, "The time-stamp token does not hold: %s." % error.message)
        return None
    if not roots:
        note("token", "root", None, "The root of the time-stamping authority is the bundle\u2019s own.")
    note("token", "verified", True, "The authority saw the signed certificate at %s." % format_iso_time(at))
    return at


def conclude_bundle(outcomes, verdict, steps, token_time, signed, work):
    outcome = next(one for one in BUNDLE_ORDER if one in outcomes)
    envelope_time = signed and signed["attestedTime"]
    proves, caveats = CERTIFICATE_PROVES.get(outcome), []
    if outcome == "verified":
        text = "A trusted key signed certificate %s with exactly this manifest, not later than %s (UTC)."
        proves = text % (verdict["certificateId"], day_of(envelope_time))
        caveats = [
            "That what the certificate says is true: it is what the issuer found or was told.",
            "That it was not revoked since: only the issuer knows, and its newest signed list.",
            "That the work did not exist earlier, or who made it.",
            "The exact minute: a block carries its miner\u2019s clock, which can be hours off.",
        ]
    trusts = [found["trust"] for found in (signed, work) if found is not None and found["trust"] is not None]
    return {
        "outcome": outcome, "certificateId": verdict["certificateId"], "registry": verdict["registry"],
        "isSandbox": verdict["isSandbox"], "issuedAt": verdict["issuedAt"], "log": verdict["log"],
        "tokenTime": token_time, "envelopeTime": envelope_time, "workTime": work and work["attestedTime"],
        "trust": trusts[0] if trusts else None, "steps": steps, "proves": proves, "doesNotProve": caveats,
    }


# ---------------------------------------------------------------------------------------------------------------------
# The command line

EXIT_CODES = {
    "verified": EXIT_OK, "altered": EXIT_FAILURE, "invalid": EXIT_FAILURE, "revoked": EXIT_FAILURE,
    "pending": EXIT_PENDING, "cannot-check": EXIT_CANNOT_CHECK, "self-asserted": EXIT_CANNOT_CHECK,
}


def open_regular(path):
    """Opening never waits: a pipe without a writer is refused like any other file that is not a regular one."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("it is not a regular file")
    return os.fdopen(handle, "rb")


def read_start(path, length):
    with open_regular(path) as file:
        return file.read(length)


def read_file(path, max_bytes):
    data = read_start(path, max_bytes + 1)
    if len(data) > max_bytes:
        raise OSError("it is larger than %d bytes" % max_bytes)
    return data


def hash_file(path, names):
    with open_regular(path) as file:
        hashers = {name: make_hasher(name) for name in names}
        for piece in iter(lambda: file.read(MIB), b""):
            for hasher in hashers.values():
                hasher.update(piece)
    return {name: hasher.digest() for name, hasher in hashers.items()}


# ---------------------------------------------------------------------------------------------------------------------
# Files that belong together

RECEIPT_SUFFIX, PROOF_SUFFIX = ".touchmark.json", ".ots"
ASK_FOR_WORK = "which work is it about? Add --file WORK, or --digest HEX where the work is not at hand"


def recognise(path, is_work_given):
    """What a path is, and the work that it belongs to. Unless the work is named elsewhere, a file with a receipt or
    proofs beside it is a work, whatever it looks like itself."""
    start = read_start(path, 64)
    looks_like_json = re.match(rb"\s*\{", start) is not None
    if looks_like_json and is_certificate(read_start(path, CERTIFICATE_MAX_BYTES + 1)):
        return "certificate", None
    if is_zip(start) and holds_bundle(path):
        return "bundle", None
    if not is_work_given and find_beside(path):
        return "work", path
    if start.startswith(b"\0OpenTimestamps"):
        return "proof", find_proofs_work(path)
    if is_zip(start):
        return "zip", None
    if path.endswith(PROOF_SUFFIX):
        return "proof", find_proofs_work(path)
    if looks_like_json or path.endswith(".json"):
        is_beside = path.endswith(RECEIPT_SUFFIX) and is_regular(path[:-len(RECEIPT_SUFFIX)])
        return "receipt", path[:-len(RECEIPT_SUFFIX)] if is_beside else None
    text = "there is no %s and no .ots file beside it; name the receipt, and the work with --file"
    raise UsageError(text % show(os.path.basename(path) + RECEIPT_SUFFIX))


def holds_bundle(path):
    try:
        return "certificate.json" in read_zip(read_file(path, ZIP_MAX_BYTES))
    except (Refused, OSError):
        return False


def is_regular(path):
    try:
        read_start(path, 1)
        return True
    except OSError:
        return False


def find_beside(work):
    """Names beside a work that are its receipt and its proofs."""
    name = os.path.basename(work)
    names = set(os.listdir(os.path.dirname(work) or "."))

    def belongs(candidate):
        if candidate in (name + RECEIPT_SUFFIX, name + PROOF_SUFFIX):
            return True
        if not candidate.startswith(name + ".") or not candidate.endswith(PROOF_SUFFIX):
            return False
        calendar = candidate[len(name) + 1:-len(PROOF_SUFFIX)]
        # `photo.jpg.png.ots` is the proof of `photo.jpg.png` where there is such a file.
        return CALENDAR_NAME.fullmatch(calendar) is not None and name + "." + calendar not in names

    return sorted(filter(belongs, names))


def find_proofs_work(path):
    """`photo.jpg` for `photo.jpg.ots` and `photo.jpg.alice.ots`, where there is such a file."""
    if not path.endswith(PROOF_SUFFIX):
        return None
    whole = path[:-len(PROOF_SUFFIX)]
    return next((work for work in (whole, re.sub(r"\.[A-Za-z0-9_-]+\Z", "", whole)) if is_regular(work)), None)


def read_evidence(name, kind, paths):
    path = paths[0]
    folder = os.path.dirname(path)
    if kind == "proof":
        return [{"name": name, "claims": None, "proofs": [(one, read_file(one, PROOF_MAX_BYTES)) for one in paths]}]
    if kind == "zip":
        return read_zip_evidence(name, read_zip(read_file(path, ZIP_MAX_BYTES)))
    if kind == "receipt":
        claims, proofs, names = read_receipt(read_file(path, RECEIPT_MAX_BYTES))
        return [{"name": name, "claims": claims, "proofs": proofs + read_proofs(folder, names)}]
    beside = find_beside(path)
    receipt = os.path.basename(path) + RECEIPT_SUFFIX
    claims, own = None, []
    if receipt in beside:
        claims, own, _ = read_receipt(read_file(path + RECEIPT_SUFFIX, RECEIPT_MAX_BYTES))
    proofs = own + read_proofs(folder, [one for one in beside if one != receipt])
    first = {}
    for one, data in proofs:
        first.setdefault(data, one)
    return [{"name": name, "claims": claims, "proofs": [(one, data) for data, one in first.items()]}]


def read_proofs(folder, names):
    """A proof that has gone is left out: the others may do, and if none is left, that is said."""
    proofs = []
    for name in names:
        try:
            proofs.append((name, read_file(os.path.join(folder, name), PROOF_MAX_BYTES)))
        except FileNotFoundError:
            pass
    return proofs


def list_cases(paths, options, on_failure):
    """What there is to check: kind, paths, work. Bare proofs of one work are one case: it is enough when one holds."""
    cases = {}
    for path in paths:
        try:
            kind, found = recognise(path, options.file is not None or options.digest is not None)
            work = None if options.digest is not None else options.file or found
            if kind == "proof" and work is None and options.digest is None:
                raise UsageError(ASK_FOR_WORK)
            if kind == "proof":
                cases.setdefault((kind, work), (kind, [], work))[1].append(path)
            else:
                cases[path] = (kind, [path], work)
        except (UsageError, OSError) as error:
            on_failure(path, error)
    return list(cases.values())


def select_evidence(evidence, digests):
    """An export of many receipts is asked about one work, if any: the others in it are not part of the question."""
    if digests is None:
        return evidence
    sha = digests.get("sha256")
    return [one for one in evidence if one["claims"] is not None and one["claims"]["sha256"] == sha] or evidence[:1]


def needed_digests(evidence):
    names = {"sha256", "sha512"}
    for item in evidence:
        for _, data in item["proofs"]:
            try:
                names.add(decode_proof(data)[0])
            except Refused:
                pass
    return names


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        sys.stderr.write("verify_cli: %s\n" % message)
        sys.exit(EXIT_USAGE)


def parse_arguments(arguments):
    parser = Parser(prog="verify_cli.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="+", help="works with receipts or proofs beside them, receipts, ZIPs of them, .ots files, certificates, proof bundles")
    parser.add_argument("--file", help="the work that they are about")
    parser.add_argument("--digest", help="the digest of the work, where the work itself is not at hand")
    parser.add_argument("--esplora", action="append", help="ask this Esplora server for block headers; repeat it to have several agree")
    parser.add_argument("--quorum", type=int, help="how many of them have to agree (default: all; more than half)")
    parser.add_argument("--rpc", help="ask your own Bitcoin Core node: http://user:password@127.0.0.1:8332")
    parser.add_argument("--headers", help="take block headers from this file")
    parser.add_argument("--network", choices=sorted(NETWORKS), default="mainnet")
    parser.add_argument("--trusted-key", action="append", default=[], help="a key that certificates are believed by: base64, or a file")
    parser.add_argument("--server", help="ask this server for its keys of certificates, and believe them")
    parser.add_argument("--log-key", help="the log that certificates have to be in: its name, id and key")
    parser.add_argument("--tsa-root", help="roots of time-stamping authorities (PEM) that tokens have to lead to")
    parser.add_argument("--json", action="store_true", help="one line of JSON a verdict")
    parser.add_argument("--verbose", action="store_true", help="show every step")
    return parser.parse_args(arguments)


def need_url(text, option):
    if not re.match(r"https?://[^/]", text, re.IGNORECASE):
        raise UsageError("%s has to be an http or https address" % option)
    return text.rstrip("/")


def choose_headers(options):
    given = [one for one in (options.esplora, options.rpc, options.headers) if one is not None]
    if len(given) > 1:
        raise UsageError("give only one of --esplora, --rpc and --headers")
    network = options.network
    if options.headers is not None:
        return HeadersFile(read_file(options.headers, HEADERS_MAX_BYTES), network)
    if options.rpc is not None:
        return BitcoinCore(need_url(options.rpc, "--rpc"), network)
    urls = [need_url(url, "--esplora") for url in options.esplora] if options.esplora else PUBLIC_ESPLORA.get(network)
    if urls is None:
        raise UsageError("nobody serves %s in public: add --esplora, --rpc or --headers" % network)
    if len({urllib.parse.urlsplit(url).netloc for url in urls}) != len(urls):
        raise UsageError("--esplora names the same server twice")
    quorum = options.quorum if options.quorum is not None else len(urls)
    if quorum > len(urls) or 2 * quorum <= len(urls):
        raise UsageError("--quorum has to be more than half of the %d servers, and no more than all" % len(urls))
    return Esplora(urls, network, quorum)


def choose_trust(options):
    keys = []
    for text in options.trusted_key:
        raw = decode_base64(text)
        if raw is not None and len(raw) == 32:
            keys.append((raw, None, None))
            continue
        content = decode_lossy(read_file(text, 256 * 1024))
        raw = decode_base64(content.strip())
        keys.extend([(raw, None, None)] if raw is not None and len(raw) == 32 else parse_trusted_keys(content))
    if not keys and options.server is not None:
        url = need_url(options.server, "--server") + "/.well-known/trackorigin-public-key.json"
        status, body = fetch(url, 256 * 1024)
        if status != 200:
            raise SourceError("the server has no list of keys")
        keys = parse_trusted_keys(decode_lossy(body))
    log = None
    if options.log_key is not None:
        try:
            log = parse_verifier_key(options.log_key)
        except Refused as error:
            raise UsageError("--log-key: %s" % error.message)
    return {"keys": keys, "log": log}


def choose_roots(options):
    if options.tsa_root is None:
        return []
    try:
        return read_pem(read_file(options.tsa_root, 256 * 1024))
    except Refused as error:
        raise UsageError("--tsa-root: %s" % error.message)


def parse_digest(text):
    digest = decode_hex(text)
    if digest is not None and len(digest) == 20:
        return {"sha1": digest, "ripemd160": digest}
    if digest is not None and len(digest) == 32:
        return {"sha256": digest, "keccak256": digest}
    raise UsageError("--digest has to be 64 hexadecimal characters, or 40 for a proof about SHA-1 or RIPEMD-160")


def is_certificate(data):
    if not re.match(rb"\s*\{", data[:64]) or len(data) > CERTIFICATE_MAX_BYTES:
        return False
    try:
        value = parse_json(decode_lossy(data))
    except ValueError:
        return False
    form = value.get("format") if isinstance(value, dict) else None
    return isinstance(form, str) and form.startswith("touchmark/certificate/")


class Session:
    def __init__(self, options):
        self.options = options
        self.given = None if options.digest is None else parse_digest(options.digest)
        self._headers = self._trust = self._roots = None

    def headers(self):
        if self._headers is None:
            try:
                self._headers = choose_headers(self.options)
            except (Refused, OSError) as error:
                raise Unusable(str(error))
        return self._headers

    def trust(self):
        if self._trust is None:
            try:
                self._trust = choose_trust(self.options)
            except (Refused, OSError) as error:
                raise Unusable(str(error))
        return self._trust

    def roots(self):
        if self._roots is None:
            self._roots = choose_roots(self.options)
        return self._roots

    def work_sha256(self):
        if self.options.file is not None:
            return hash_file(self.options.file, ["sha256"])["sha256"]
        return None if self.given is None else self.given.get("sha256")

    def digests_for(self, evidence, work):
        """None where only what a receipt says of its work is known."""
        if self.given is not None:
            return self.given
        if work is not None:
            return hash_file(work, needed_digests(evidence))
        if any(one["claims"] is None for one in evidence):
            raise UsageError(ASK_FOR_WORK)
        return None

    def check(self, name, kind, paths, work):
        """Verdicts of one case with what they are called, and the work."""
        if kind == "certificate":
            data = read_file(paths[0], CERTIFICATE_MAX_BYTES)
            return [(name, None, verify_certificate(data, self.trust(), self.work_sha256())[0])]
        if kind == "bundle":
            files = read_zip(read_file(paths[0], ZIP_MAX_BYTES))
            trust, headers, roots = self.trust(), self.headers(), self.roots()
            now = int(time.time() * 1000)
            return [(name, None, verify_bundle(files, trust, headers, roots, self.work_sha256(), now))]
        headers = self.headers()
        try:
            evidence = read_evidence(name, kind, paths)
        except Refused as error:
            return [(name, work, refuse_evidence(error, headers))]
        digests = self.digests_for(evidence, work)
        chosen = select_evidence(evidence, digests)
        return [(one["name"], work, verify_evidence(one, digests, headers)) for one in chosen]


def show(text):
    return "".join(c if c.isprintable() else "\\u{%x}" % ord(c) for c in text)


def describe(name, verdict, is_verbose):
    lines = ["%s: %s" % (show(name), verdict["outcome"]), "  %s" % verdict["proves"]]
    for block in verdict.get("blocks", []):
        lines.append("  block %d %s, %s (UTC)" % (block["height"], block["hash"], day_of(block["time"])))
    if verdict.get("envelopeTime") is not None:
        lines.append("  signed before %s, by Bitcoin" % format_iso_time(1000 * verdict["envelopeTime"]))
    if verdict.get("workTime") is not None:
        lines.append("  work there before %s, by Bitcoin" % format_iso_time(1000 * verdict["workTime"]))
    if verdict.get("tokenTime") is not None:
        is_own = any(entry.get("part") == "token" and entry["step"] == "root" for entry in verdict["steps"])
        authority = "the bundle\u2019s own time-stamping authority" if is_own else "a time-stamping authority"
        lines.append("  seen by %s at %s" % (authority, format_iso_time(verdict["tokenTime"])))
    for entry in verdict["steps"]:
        if is_verbose or entry["ok"] is not True:
            sign = "?" if entry["ok"] is None else "+" if entry["ok"] else "!"
            part = entry.get("part") or entry.get("proof")
            lines.append("  %s %s%s" % (sign, "" if part is None else show(os.path.basename(part)) + ": ", show(entry["detail"])))
    if verdict["doesNotProve"]:
        lines.append("  It does not prove:")
        lines.extend("  - " + text for text in verdict["doesNotProve"])
    return "\n".join(lines) + "\n"


def run(arguments):
    options = parse_arguments(arguments[1:] if arguments[:1] == ["verify"] else arguments)
    if options.file is not None and options.digest is not None:
        raise UsageError("give --file or --digest, not both")
    session = Session(options)
    codes = set()

    def on_failure(name, error):
        sys.stderr.write("verify_cli: %s: %s\n" % (show(name), error))
        codes.add(EXIT_USAGE if isinstance(error, UsageError) else EXIT_FAILURE)

    for kind, paths, work in list_cases(options.path, options, on_failure):
        name = ", ".join(paths)
        try:
            for shown, about, verdict in session.check(name, kind, paths, work):
                if options.json:
                    sys.stdout.write(json.dumps(dict({"file": shown, "work": about}, **verdict)) + "\n")
                else:
                    sys.stdout.write(describe(shown, verdict, options.verbose))
                codes.add(EXIT_CODES[verdict["outcome"]])
        except SourceError as error:
            sys.stderr.write("verify_cli: what is needed could not be had: %s\n" % error)
            codes.add(EXIT_CANNOT_CHECK)
        except Unusable as error:
            sys.stderr.write("verify_cli: the block headers or the trusted keys cannot be used: %s\n" % error)
            codes.add(EXIT_CANNOT_CHECK)
        except (UsageError, OSError) as error:
            on_failure(name, error)
    for code in (EXIT_USAGE, EXIT_FAILURE, EXIT_CANNOT_CHECK, EXIT_PENDING):
        if code in codes:
            return code
    return EXIT_OK


def main():
    sys.setrecursionlimit(5000)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        return run(sys.argv[1:])
    except UsageError as error:
        sys.stderr.write("verify_cli: %s\n" % error)
        return EXIT_USAGE
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
