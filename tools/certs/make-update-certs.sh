#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A throw-away authority for updates, and who signs them, for tests. Never for a real gate: its private
# keys lie in a folder. A real one keeps the authority's key offline and the signer's in a token.
#
#   tools/certs/make-update-certs.sh DIR
#
# ca.pem signer.pem     the authority, whose certificate boards have as their keyring; who signs
# tls.pem               of the same authority, for TLS: signs no updates
# rogue-ca.pem rogue.pem    another authority and its signer
# Each X.pem has its X.key beside it. A folder that is complete is left as it is.
set -euo pipefail
[ $# -eq 1 ] && [[ $1 != -* ]] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p "$1"
cd "$1"
[ ! -e complete ] || exit 0
umask 077

quietly() { # what it said is shown only when it failed
	"$@" >openssl.log 2>&1 || { cat openssl.log >&2; exit 1; }
}

authority() { # NAME
	quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 7300 \
		-keyout "$1.key" -out "$1.pem" -subj "/O=Kakou throw-away/CN=updates, $1" \
		-addext 'keyUsage=critical,keyCertSign,cRLSign'
}

leaf() { # NAME AUTHORITY USE
	quietly openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" \
		-out "$1.csr" -subj "/O=Kakou throw-away/CN=updates, $1"
	printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,%s\n' \
		"$3" >"$1.ext"
	quietly openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -sha256 -days 3650 \
		-extfile "$1.ext" -out "$1.pem"
}

authority ca
authority rogue-ca
leaf signer ca codeSigning
leaf tls ca serverAuth,clientAuth
leaf rogue rogue-ca codeSigning
rm -f -- *.csr *.ext *.srl openssl.log
chmod 644 -- *.pem
: >complete
