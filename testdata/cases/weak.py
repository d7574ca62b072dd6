"""Keys with weaknesses, for mint.sh: each as NAME.key (a private key, PEM) or NAME.der (a SubjectPublicKeyInfo) in the folder that is
named. Throw-away ones, which protect nothing anywhere. Needs nothing but Python 3."""

import base64
import math
import secrets
import sys

WORK = sys.argv[1]
RSA, DSA, EC = "2a864886f70d010101", "2a8648ce380401", "2a8648ce3d0201"
P256 = "06082a8648ce3d030107"
SMALL = math.prod(n for n in range(3, 65538, 2) if all(n % d for d in range(3, math.isqrt(n) + 1, 2)))


def element(tag, *parts):
    body = b"".join(parts)
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([len(body)]) if len(body) < 128 else bytes([0x80 | len(length)]) + length) + body


def integer(number):
    return element(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def sequence(*parts):
    return element(0x30, *parts)


def write(name, der, label=None):
    if label:
        text = base64.encodebytes(der).decode().replace("\n", "")
        lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
        der = f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()
    with open(f"{WORK}/{name}.{'key' if label else 'der'}", "wb") as file:
        file.write(der)


def spki(name, oid, parameters, key):
    algorithm = sequence(element(6, bytes.fromhex(oid)), parameters)
    write(name, sequence(algorithm, element(3, b"\0", key)))


def public(name, modulus, exponent=65537):
    spki(name, RSA, element(5), sequence(integer(modulus), integer(exponent)))


def private(name, p, q, e=65537):
    d = pow(e, -1, math.lcm(p - 1, q - 1))
    numbers = [0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)]
    write(name, sequence(*map(integer, numbers)), "RSA PRIVATE KEY")


def is_prime(number):
    if math.gcd(number, SMALL) != 1 or number % 2 == 0:
        return False
    odd = number - 1
    odd >>= (odd & -odd).bit_length() - 1
    for _ in range(20):
        power, exponent = pow(secrets.randbelow(number - 3) + 2, odd, number), odd
        while power not in (1, number - 1) and exponent < number - 1:
            power, exponent = power * power % number, exponent * 2
        if power != number - 1 and exponent != odd:
            return False
    return True


def prime(bits, suits=lambda number: math.gcd(number - 1, 65537) == 1):
    while True:
        number = secrets.randbits(bits) | 3 << bits - 2 | 1
        if suits(number) and is_prime(number):
            return number


def next_prime(number):
    while not is_prime(number):
        number += 1
    return number


def sparse():
    """A DSA key whose prime has few bits set in each word."""
    q = prime(160)
    while True:
        high = 1 << 1023 | sum(secrets.randbits(4) << 168 + 32 * word for word in range(26))
        p = high + (1 - high) % q
        if p % 2 and p >> 168 == high >> 168 and is_prime(p):
            break
    g = pow(2, (p - 1) // q, p)
    y = pow(g, secrets.randbelow(q - 2) + 2, p)
    spki("sparse-prime", DSA, sequence(integer(p), integer(q), integer(g)), integer(y))


def low_density():
    """A modulus with the pattern that badkeys calls nautilus; it need not be a product of two primes to have it."""
    while True:
        chunks = [secrets.randbits(64) & secrets.randbits(64) | 1 << 63 for _ in range(16)]
        modulus = sum((chunk << 64 | secrets.randbits(4)) << 128 * at for at, chunk in enumerate(chunks)) | 1
        if math.gcd(modulus, SMALL) == 1:
            return public("few-bits-set", modulus)


def roca():
    """Both factors of the form k·M + 65537^a mod M, with M the product of the first 39 primes (Nemec and others, 2017)."""
    primorial = math.prod(n for n in range(2, 168) if all(n % d for d in range(2, n)))

    def factor():
        while True:
            number = (secrets.randbits(1024 - primorial.bit_length()) | 3 << 802) * primorial + pow(65537, secrets.randbits(64), primorial)
            if number.bit_length() == 1024 and math.gcd(number - 1, 65537) == 1 and is_prime(number):
                return number

    private("roca", factor(), factor())


p, q, r = prime(1024), prime(1024), prime(1024)
private("close-factors", p, next_prime(p + (secrets.randbits(500) | 1)))
public("perfect-square", p * p)
private("shared-one", p, q)
private("shared-two", r, p)
public("small-factor", 641 * prime(2040))
roca()
phi, d = (p - 1) * (q - 1), prime(400)
public("small-private-exponent", p * q, pow(d, -1, phi))
public("exponent-beyond-the-modulus", p * q, p * q + 2)
low_density()
sparse()
point = b"\4" + secrets.token_bytes(64)
spki("point-off-its-curve", EC, bytes.fromhex(P256), point)
spki("small-order", "2b6570", b"", b"\1" + bytes(31))
public("modulus-beyond-measure", secrets.randbits(20000) | 1 << 19999 | 1)
# RFC 9500, section 2.3 (testECCP256).
printed = "e6cb5bdd80aa45ae9c95e8c15476679ffec953c16851e711e743939589c64fc1"
write("printed", sequence(integer(1), element(4, bytes.fromhex(printed)), element(0xA0, bytes.fromhex(P256))), "EC PRIVATE KEY")
