#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A throw-away public key infrastructure for demonstrations and tests. Never for a real gate:
# its private keys lie in a folder.
#
#   tools/certs/make-certs.sh DIR
#
# ca.pem customs.pem gate.pem other.pem   the authority; the two ends; a name nobody expects
# rogue-ca.pem rogue-gate.pem rogue-customs.pem    the same names from another authority
# client-customs.pem server-customs.pem   the platform's name, for clients only, for servers only
# signer-customs.pem                      the same, with a key that may sign certificates and nothing else
# sha1-customs.pem                        the same, signed with SHA-1
# expired-customs.pem future-customs.pem revoked-customs.pem    the same, out of date, not yet valid, withdrawn
# expired-gate.pem ending-gate.pem        the gate's name, out of date, out of date in 20 days
# revoked-gate.pem crl.pem                the gate's name, withdrawn by the authority's list
# empty-crl.pem                           the list before anything was withdrawn
# console.pem                             the officers' page
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

key() { # NAME
	quietly openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
}

authority() { # NAME
	key "$1"
	quietly openssl req -x509 -new -key "$1.key" -sha256 -days 3650 -out "$1.pem" \
		-subj "/O=Kakou throw-away/CN=$1" \
		-addext 'basicConstraints=critical,CA:TRUE,pathlen:0' \
		-addext 'keyUsage=critical,keyCertSign,cRLSign'
}

leaf() { # NAME AUTHORITY HOST [ca options...]
	local name=$1 authority=$2 host=$3
	shift 3
	key "$name"
	quietly openssl req -new -key "$name.key" -subj "/O=Kakou throw-away/CN=$host" -out "$name.csr"
	cat >"$name.cnf" <<-END
	[ca]
	default_ca = sim
	[sim]
	database = $authority.index
	new_certs_dir = .
	rand_serial = yes
	default_md = sha256
	default_days = 3650
	default_crl_days = 3650
	policy = any
	unique_subject = no
	x509_extensions = leaf
	[any]
	organizationName = optional
	commonName = supplied
	[leaf]
	basicConstraints = critical,CA:FALSE
	keyUsage = critical,${sign:-digitalSignature}
	extendedKeyUsage = ${use:-serverAuth,clientAuth}
	subjectAltName = DNS:$host
	authorityKeyIdentifier = keyid
	END
	touch "$authority.index"
	quietly openssl ca -batch -notext -config "$name.cnf" -cert "$authority.pem" \
		-keyfile "$authority.key" -in "$name.csr" -out "$name.pem" "$@"
}

authority ca
authority rogue-ca
leaf gate ca gate.sim.invalid
leaf customs ca customs.sim.invalid
leaf other ca other.sim.invalid
use=serverAuth leaf console ca console.sim.invalid
leaf rogue-gate rogue-ca gate.sim.invalid
leaf rogue-customs rogue-ca customs.sim.invalid
use=clientAuth leaf client-customs ca customs.sim.invalid
use=serverAuth leaf server-customs ca customs.sim.invalid
sign=keyCertSign leaf signer-customs ca customs.sim.invalid
leaf sha1-customs ca customs.sim.invalid -md sha1
leaf expired-customs ca customs.sim.invalid -startdate 20200101000000Z -enddate 20210101000000Z
leaf future-customs ca customs.sim.invalid -startdate 20980101000000Z -enddate 20990101000000Z
leaf ending-gate ca gate.sim.invalid -days 20
leaf expired-gate ca gate.sim.invalid -startdate 20200101000000Z -enddate 20210101000000Z
quietly openssl ca -config expired-gate.cnf -cert ca.pem -keyfile ca.key -gencrl -out empty-crl.pem
for end in gate customs; do
	leaf revoked-$end ca $end.sim.invalid
	quietly openssl ca -config revoked-$end.cnf -cert ca.pem -keyfile ca.key -revoke revoked-$end.pem
done
quietly openssl ca -config revoked-gate.cnf -cert ca.pem -keyfile ca.key -gencrl -out crl.pem

rm -f -- *.csr *.cnf *.index* *.old [0-9A-F]*.pem openssl.log
chmod 644 -- *.pem
: >complete
