#!/usr/bin/env bash
# Installs the programs that tests compare keyreeve with, where Debian's packages can be had and it is root.
# Not needed for the tests to run: a test whose program is missing says so and passes over it.
set -euo pipefail

missing=()
need() {
    command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || missing+=("$2")
}
need openssl openssl
need nginx nginx-light
need ssh-keygen openssh-client
need git git
need minisign minisign
need puttygen putty-tools
need age age
need wg wireguard-tools
need dnssec-keygen bind9-utils
need signify-openbsd signify-openbsd
need gpg gpg
need gpg-agent gpg-agent
need gpgsm gpgsm
need python3 python3-venv
need node nodejs
need npm npm
need clang clang
need wasm-ld lld
need docker-registry docker-registry
need htpasswd apache2-utils
need curl curl
need keytool openjdk-17-jre-headless
[ -e /usr/share/java/bcprov.jar ] || missing+=(libbcprov-java)
need cryptsetup cryptsetup-bin
need gocryptfs gocryptfs
need git-crypt git-crypt
need eyaml hiera-eyaml
need zip zip
need 7z p7zip-full
need xxd xxd
[ -e /usr/lib/nginx/modules/ngx_stream_module.so ] || missing+=(libnginx-mod-stream)
[ -e /usr/lib/nginx/modules/ngx_mail_module.so ] || missing+=(libnginx-mod-mail)

if [ ${#missing[@]} -eq 0 ]; then
    echo "test programs: all installed"
elif command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "+ apt-get install ${missing[*]}"
    apt-get update -qq
    # Nothing may start a server by itself.
    DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        || echo "test programs: ${missing[*]} cannot be installed; the tests that need them say so"
else
    echo "test programs: missing ${missing[*]}; the tests that need them say so"
fi
