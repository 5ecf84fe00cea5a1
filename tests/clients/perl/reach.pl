# Asks for a URL with one of Perl's clients and prints the answer's status and body.
use strict;
use warnings;

my ($client, $url) = @ARGV;
if ($client eq 'LWP') {
    require LWP::UserAgent;
    my $answer = LWP::UserAgent->new->get($url);
    print $answer->code, "\n", $answer->content, "\n";
} else {
    require HTTP::Tiny;
    my $answer = HTTP::Tiny->new(verify_SSL => 1)->get($url);
    print $answer->{status}, "\n", $answer->{content}, "\n";
}
