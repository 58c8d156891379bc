#!/bin/bash
# SPDX-License-Identifier: MIT
#
# One program of progs/, hop by hop, for those who look for a fault:
#
#	hop.sh NAME [-a ARCH,ARCH...] [-k POLLS] [-n HOPS] [-c]
exec "$(dirname "$0")/one" "$@" -v
