# What a configure script does, run by Debian's dash: hundreds of short programs of Debian's that look for tools, headers and
# functions, and make files from templates. Prints what it found and made; works in $SCRATCH/configure.

. "$BENCH/loader"

# Programs by their names, as PATH would have them: in shell functions, because they are run with libraries of their own.
for name in awk basename cat chmod cmp cp cut diff dirname expr grep head ls mkdir mv rm sed sort tcc tr uniq wc; do
    eval "$name() { debian $name \"\$@\"; }"
done

compiler=$BENCH/debian/tcc-files
work=$SCRATCH/configure
rm -rf "$work" && mkdir "$work" && cd "$work" || exit
: >confdefs.h

# NAME: the macro for it, such as HAVE_SYS_STAT_H.
macro() {
    echo "HAVE_$1" | sed 'y%*abcdefghijklmnopqrstuvwxyz%PABCDEFGHIJKLMNOPQRSTUVWXYZ%;s%[^_A-Z0-9]%_%g'
}

# What was found is shown, and remembered as configure's cache does.
found() {
    echo "checking for $1... $2"
    echo "cache_$(echo "$1" | tr -c 'a-z0-9\n' _)=$2" >>config.cache
}

# NAME: compiles conftest.c; if that works the macro for the name is defined.
try() {
    if tcc -nostdinc "-I$compiler/include" "-I$BENCH/debian/include" -Werror -c conftest.c -o conftest.o 2>conftest.err; then
        cat >>confdefs.h <<END
#define $(macro "$1") 1
END
        found "$1" yes
    else
        grep -v '^ *+' conftest.err | head -n 2 >>config.log
        found "$1" no
    fi
    rm -f conftest.c conftest.o conftest.err
}

# A sed or a grep that can do long lines, as Autoconf tests it.
check_long_lines() {
    echo 0123456789 >conftest.in
    lines=1
    while [ "$lines" -lt 16 ]; do
        cat conftest.in conftest.in >conftest.tmp
        mv conftest.tmp conftest.in
        cp conftest.in conftest.nl
        echo "$1" >>conftest.nl
        "$@" <conftest.nl >conftest.out 2>/dev/null
        cmp conftest.out conftest.nl >/dev/null || diff conftest.out conftest.nl >conftest.diff
        lines=$(expr "$lines" + "$lines")
    done
    found "$1 $2" "$(wc -l <conftest.out | tr -d ' ')"
    rm -f conftest.*
}

check_long_lines sed 's/a/a/'
check_long_lines grep -E '0|sed|grep'
check_long_lines awk '{ print }'

for tool in awk cat cmp cp cut diff grep sed sort tcc tr no-such-tool; do
    if ls "$BENCH/debian/$tool" >/dev/null 2>&1; then
        found "$(basename "$BENCH/debian/$tool")" yes
    else
        found "$tool" no
    fi
done

for header in assert.h ctype.h inttypes.h math.h stdio.h stdlib.h string.h sys/stat.h sys/time.h unistd.h dos.h windows.h; do
    { cat confdefs.h; echo "#include <$header>"; } >conftest.c
    try "$header"
done

for function in bcopy gettimeofday memmove mkdir snprintf strerror beep spawnvp; do
    cat >conftest.c <<END
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int main(void) { void *p = (void *)$function; return p == 0; }
END
    try "$function"
done

for type in long 'void *'; do
    for size in 2 4 8; do
        cat >conftest.c <<END
#include <stddef.h>
int test[sizeof($type) == $size ? 1 : -1];
END
        try "size of $type $size"
    done
done

# Templates, and what stands in them for @NAME@.
for part in . src lib tests doc; do
    mkdir -p "$part"
    for name in a b c d e f; do
        echo "$part/$name.o: \$(srcdir)/$name.c config.h; @CC@ @CFLAGS@ -I@srcdir@ -c -o \$@ \$(srcdir)/$name.c"
    done | sort | uniq >"$part/Makefile.in"
    echo 'prefix = @prefix@' >>"$part/Makefile.in"
done
cut -d ' ' -f 2 confdefs.h | sort | sed 's/.*/#undef &/' >config.h.in

for part in . src lib tests doc; do
    directory=$(dirname "$work/$part/Makefile.in")
    top=$(expr "X$directory" : "X$work/\\(.*\\)")
    sed "s%@CC@%tcc%;s%@CFLAGS@%-O2 -g%;s%@srcdir@%${top:-.}%;s%@prefix@%/usr/local%" "$part/Makefile.in" >conftest.mk
    mv conftest.mk "$part/Makefile"
    chmod 644 "$part/Makefile"
done

awk 'FNR == NR { value[$2] = $3; next }
    $1 == "#undef" { if ($2 in value) print "#define", $2, value[$2]; else print "/* " $0 " */"; next }
    { print }' confdefs.h config.h.in >config.h
cmp -s config.h src/config.h || cp config.h src/config.h

sort config.cache | uniq -c | awk '{ print $2 }'
cat config.h Makefile src/Makefile lib/Makefile tests/Makefile doc/Makefile
cd "$SCRATCH" && rm -rf "$work"
