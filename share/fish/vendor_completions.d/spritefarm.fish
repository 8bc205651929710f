# Completion of spritefarm(1) for fish.

function __spritefarm_in --description 'True if the command line is of one of these commands: farm, bench, bench_calls, mirror, node'
    set -l words (commandline -opc) '' ''
    set -l command farm
    switch $words[2]
        case bench
            set command bench
            test $words[3] = calls; and set command bench_calls
        case mirror
            set command mirror
        case node
            set command node
    end
    contains $command $argv
end
function __spritefarm_is_first --description 'True if so many words precede the current one'
    test (count (commandline -opc)) = $argv[1]
end

complete -c spritefarm -f
complete -c spritefarm -n '__spritefarm_is_first 1' -a bench -d 'compare serial, threads and processes'
complete -c spritefarm -n '__spritefarm_is_first 1' -a mirror -d 'serve a small PokéAPI on loopback'
complete -c spritefarm -n '__spritefarm_is_first 1' -a node -d 'work for --cluster on this machine'
complete -c spritefarm -n '__spritefarm_in bench; and __spritefarm_is_first 2' -a calls -d 'measure calls of the library'
complete -c spritefarm -n '__spritefarm_in farm bench bench_calls mirror node' -s h -l help -d 'print a summary (-h) or all options (--help)'

complete -c spritefarm -n '__spritefarm_in farm bench' -l type -x -a 'normal fighting flying poison ground rock bug ghost steel fire water grass electric psychic ice dragon dark fairy' -d 'take the pokémon of these types'
complete -c spritefarm -n '__spritefarm_in farm bench' -l generation -x -a '1 2 3 4 5 6 7 8 9' -d 'take the species of these generations'
complete -c spritefarm -n '__spritefarm_in farm bench' -s n -l limit -x -d 'take N pokémon of the index'
complete -c spritefarm -n '__spritefarm_in farm bench' -l offset -x -d 'skip the first N pokémon of the index'
complete -c spritefarm -n '__spritefarm_in farm bench' -l all -d 'take the whole index'
complete -c spritefarm -n '__spritefarm_in farm bench' -l sprite -x -d 'which sprites' -a 'all front_default back_default front_shiny back_shiny other.official-artwork.front_default other.home.front_default other.dream_world.front_default other.showdown.front_default'
complete -c spritefarm -n '__spritefarm_in farm bench' -l shard -x -d 'take every N-th pokémon from the K-th on'
complete -c spritefarm -n '__spritefarm_in farm node' -l sandbox -x -a 'on off' -d 'confine worker processes'
complete -c spritefarm -n '__spritefarm_in farm bench' -l transport -x -a 'shm pipe' -d 'how calls and results travel'
complete -c spritefarm -n '__spritefarm_in farm bench' -l base-url -x -d 'address of the PokéAPI'
complete -c spritefarm -n '__spritefarm_in farm bench' -l connect-to -x -d 'connect to HOST2:PORT2 instead of HOST1:PORT1'
complete -c spritefarm -n '__spritefarm_in farm bench node' -l cacert -r -F -d 'trust the certificates in this PEM file or directory'
complete -c spritefarm -n '__spritefarm_in farm bench' -l proxy -x -d 'use this proxy'
complete -c spritefarm -n '__spritefarm_in farm bench' -l noproxy -x -d 'connect to these hosts without a proxy'
complete -c spritefarm -n '__spritefarm_in farm bench' -l allow-private -d 'let a public API lead to private addresses'
complete -c spritefarm -n '__spritefarm_in farm bench' -l user-agent -x -d 'User-Agent of all requests'
complete -c spritefarm -n '__spritefarm_in farm bench' -l header -x -d 'add this header to all requests'
complete -c spritefarm -n '__spritefarm_in farm bench' -l rate -x -d 'requests per second to one host'
complete -c spritefarm -n '__spritefarm_in farm bench' -l limit-rate -x -d 'bytes per second over all workers together'
complete -c spritefarm -n '__spritefarm_in farm bench' -l retries -x -d 'how often a failed request is repeated'
complete -c spritefarm -n '__spritefarm_in farm bench' -l retry-max-time -x -d 'how long a host may be away in seconds'
complete -c spritefarm -n '__spritefarm_in farm bench' -l timeout -x -d 'longest time without progress in seconds'
complete -c spritefarm -n '__spritefarm_in farm bench' -l demo -d 'use an embedded mirror'
complete -c spritefarm -n '__spritefarm_in farm bench bench_calls node' -s p -l processes -x -d 'number of worker processes'
complete -c spritefarm -n '__spritefarm_in farm bench' -s t -l threads -x -d 'number of threads'
complete -c spritefarm -n '__spritefarm_in farm bench bench_calls' -l json -d 'print one JSON object on standard output'
complete -c spritefarm -n '__spritefarm_in farm bench' -l color -x -a 'auto always never' -d 'whether output has colours'

complete -c spritefarm -n '__spritefarm_in farm' -l dry-run -d 'print what would be downloaded'
complete -c spritefarm -n '__spritefarm_in farm' -s s -l serial -d 'download one sprite at a time'
complete -c spritefarm -n '__spritefarm_in farm node' -s c -l concurrency -x -d 'sprites in flight in each worker'
complete -c spritefarm -n '__spritefarm_in farm' -l cluster -d 'let nodes download'
complete -c spritefarm -n '__spritefarm_in farm node' -l broker -x -d 'address of the RabbitMQ broker'
complete -c spritefarm -n '__spritefarm_in farm node' -l group -x -d 'group of the nodes'
complete -c spritefarm -n '__spritefarm_in farm' -l ssh -x -a '(__fish_print_hostnames)' -d 'start nodes on these machines'
complete -c spritefarm -n '__spritefarm_in node' -l stdin -d 'read the broker from standard input'
complete -c spritefarm -n '__spritefarm_in farm' -l rate-per-node -x -d 'requests per second of each node to one host'
complete -c spritefarm -n '__spritefarm_in node' -l name -x -d 'name of this node'
complete -c spritefarm -n '__spritefarm_in farm' -s o -l output -x -a '(__fish_complete_directories)' -d 'directory for the sprites'
complete -c spritefarm -n '__spritefarm_in farm' -l template -x -d 'path of each file below the output directory'
complete -c spritefarm -n '__spritefarm_in farm' -l ledger -r -F -d 'path of the cache database, or none'
complete -c spritefarm -n '__spritefarm_in farm' -l mtime -x -a 'now server' -d 'time of change of the files'
complete -c spritefarm -n '__spritefarm_in farm' -l refresh -d 'revalidate fresh entries too'
complete -c spritefarm -n '__spritefarm_in farm' -l verify -d 'hash the files on disk'
complete -c spritefarm -n '__spritefarm_in farm' -l gallery -d 'write a page that shows each sprite'
complete -c spritefarm -n '__spritefarm_in farm' -l trace -r -F -d 'write the time line of all tasks and requests'
complete -c spritefarm -n '__spritefarm_in farm' -s q -l quiet -d 'print errors only'
complete -c spritefarm -n '__spritefarm_in farm' -s v -l verbose -d 'print the result of each sprite'
complete -c spritefarm -n '__spritefarm_in farm' -s V -l version -d 'print the program\'s version'

complete -c spritefarm -n '__spritefarm_in bench' -l in-flight -x -d 'sprites in flight in all workers together'
complete -c spritefarm -n '__spritefarm_in bench' -l cpu -x -d 'additional milliseconds of CPU time for each sprite'
complete -c spritefarm -n '__spritefarm_in bench' -l python -r -F -d 'also measure the pools of this CPython'
complete -c spritefarm -n '__spritefarm_in bench' -l export-markdown -r -F -d 'write the tables and conclusions in Markdown'
complete -c spritefarm -n '__spritefarm_in bench' -l export-csv -r -F -d 'write the medians as comma-separated values'
complete -c spritefarm -n '__spritefarm_in bench' -l report -r -F -d 'write a page with charts'
complete -c spritefarm -n '__spritefarm_in bench bench_calls' -l rounds -x -d 'number of rounds'
complete -c spritefarm -n '__spritefarm_in bench_calls' -l by -x -a 'serial threads pipe shm' -d 'executors'
complete -c spritefarm -n '__spritefarm_in bench_calls' -l payload -x -d 'sizes of argument and result'
complete -c spritefarm -n '__spritefarm_in bench_calls' -l chunk -x -d 'chunk sizes of map()'
complete -c spritefarm -n '__spritefarm_in bench_calls' -l calls -x -d 'calls in each measurement'

complete -c spritefarm -n '__spritefarm_in mirror' -l port -x -d 'listen on this port of 127.0.0.1'
complete -c spritefarm -n '__spritefarm_in mirror' -l root -x -a '(__fish_complete_directories)' -d 'serve this directory'
complete -c spritefarm -n '__spritefarm_in mirror' -l count -x -d 'number of pokémon'
complete -c spritefarm -n '__spritefarm_in bench mirror' -l latency -x -d 'delay of each response in milliseconds'
complete -c spritefarm -n '__spritefarm_in mirror' -l fault -x -d 'spoil a share of the responses' -a '404: 429: 500: 503: truncate: stall: reset: garbage: html:'
complete -c spritefarm -n '__spritefarm_in mirror' -l seed -x -d 'select the responses to spoil'
