# Counts the words of a text, and shows the most frequent ones and some that a pattern finds.
my (%count, %ending);
while (<>) {
    for my $word (split /[^A-Za-z]+/) {
        $count{lc $word}++;
        $ending{$1}++ if $word =~ /([aeiou][^aeiou]+)$/;
    }
}
my @frequent = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
print "$_ $count{$_}\n" for @frequent[0 .. 29];
print join(' ', map { "$_$ending{$_}" } sort keys %ending), "\n";
