# For scripts, which read it: runs programs of Debian's with the libraries that came with them.

# loaded PATH ARGUMENTS
loaded() {
    "$BENCH/debian/ld-linux.so.2" --library-path "$BENCH/debian" "$@"
}

# debian NAME ARGUMENTS: a program in $BENCH/debian.
debian() {
    program=$1
    shift
    loaded "$BENCH/debian/$program" "$@"
}
