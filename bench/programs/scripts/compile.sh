# Compiles and links a program in C by tcc, with the headers and the C library of Debian's, and runs it.
. "$BENCH/loader"

files=$BENCH/debian
compiler=$files/tcc-files
output=$SCRATCH/program

debian tcc -nostdinc "-I$compiler/include" "-I$files/include" -nostdlib "-L$files" -o "$output" \
    "$files/crt1.o" "$files/crti.o" "$BENCH/program.c" \
    "$files/libc.so.6" "$files/libc_nonshared.a" "$compiler/libtcc1.a" "$files/crtn.o" &&
    loaded "$output" 20
rm -f "$output"
