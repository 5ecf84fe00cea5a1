# Asks for a URL with Ruby's net/http and prints the answer's status and body.
require "net/http"

answer = Net::HTTP.get_response(URI(ARGV[0]))
puts answer.code, answer.body
