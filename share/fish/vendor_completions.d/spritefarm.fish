# Completion of spritefarm(1) for fish.

function __spritefarm_in --description 'Whether one of these commands is being written: farm, bench, bench_calls, mirror'
    set -l words (commandline -opc) '' ''
    set -l command farm
    switch $words[2]
        case bench
            set command bench
            test $words[3] = calls; and set command bench_calls
        case mirror
            set command mirror
    end
    contains $command $argv
end
function __spritefarm_is_first --description 'Whether the word after so many others is being written'
    test (count (commandline -opc)) = $argv[1]
end

complete -c spritefarm -f
complete -c spritefarm -n '__spritefarm_is_first 1' -a bench -d 'serial, threads and processes side by side'
complete -c spritefarm -n '__spritefarm_is_first 1' -a mirror -d 'a small PokéAPI on loopback'
complete -c spritefarm -n '__spritefarm_in bench; and __spritefarm_is_first 2' -a calls -d 'the library alone'
complete -c spritefarm -n '__spritefarm_in farm bench bench_calls mirror' -s h -l help -d 'print a list of the options'

complete -c spritefarm -n '__spritefarm_in farm bench' -s n -l limit -x -d 'how many of the index'
complete -c spritefarm -n '__spritefarm_in farm bench' -l offset -x -d 'how many of the index to pass over first'
complete -c spritefarm -n '__spritefarm_in farm bench' -l all -d 'all of the index'
complete -c spritefarm -n '__spritefarm_in farm bench' -l sprite -x -d 'which sprites' -a 'all front_default back_default front_shiny back_shiny other.official-artwork.front_default other.home.front_default other.dream_world.front_default other.showdown.front_default'
complete -c spritefarm -n '__spritefarm_in farm bench' -l shard -x -d 'one node\'s share of the selection'
complete -c spritefarm -n '__spritefarm_in farm bench' -l transport -x -a 'shm pipe' -d 'how calls and results travel'
complete -c spritefarm -n '__spritefarm_in farm bench' -l base-url -x -d 'the PokéAPI'
complete -c spritefarm -n '__spritefarm_in farm bench' -l connect-to -x -d 'for the first host and port, connect to the second ones'
complete -c spritefarm -n '__spritefarm_in farm bench' -l cacert -r -F -d 'certificates to trust, PEM'
complete -c spritefarm -n '__spritefarm_in farm bench' -l proxy -x -d 'as curl has it'
complete -c spritefarm -n '__spritefarm_in farm bench' -l rate -x -d 'requests a second to one host'
complete -c spritefarm -n '__spritefarm_in farm bench' -l retries -x -d 'further attempts for a request that fails in the same way'
complete -c spritefarm -n '__spritefarm_in farm bench' -l timeout -x -d 'seconds for one attempt'
complete -c spritefarm -n '__spritefarm_in farm bench' -l demo -d 'farm from an embedded mirror'
complete -c spritefarm -n '__spritefarm_in farm bench bench_calls' -s p -l processes -x -d 'forked workers'
complete -c spritefarm -n '__spritefarm_in farm bench' -s t -l threads -x -d 'threads'
complete -c spritefarm -n '__spritefarm_in farm bench bench_calls' -l json -d 'one JSON object on standard output'

complete -c spritefarm -n '__spritefarm_in farm' -l dry-run -d 'print what would be downloaded'
complete -c spritefarm -n '__spritefarm_in farm' -s s -l serial -d 'one sprite at a time'
complete -c spritefarm -n '__spritefarm_in farm' -s c -l concurrency -x -d 'sprites in flight in each worker'
complete -c spritefarm -n '__spritefarm_in farm' -s o -l output -x -a '(__fish_complete_directories)' -d 'where the sprites go'
complete -c spritefarm -n '__spritefarm_in farm' -l template -x -d 'path below the output directory'
complete -c spritefarm -n '__spritefarm_in farm' -l refresh -d 'ask the servers again about what is fresh'
complete -c spritefarm -n '__spritefarm_in farm' -l verify -d 'hash what is on disk again'
complete -c spritefarm -n '__spritefarm_in farm' -l gallery -d 'a page to look at them all'
complete -c spritefarm -n '__spritefarm_in farm' -l trace -r -F -d 'time line of every task and request'
complete -c spritefarm -n '__spritefarm_in farm' -s q -l quiet -d 'say only what failed'
complete -c spritefarm -n '__spritefarm_in farm' -s v -l verbose -d 'say what becomes of each sprite'
complete -c spritefarm -n '__spritefarm_in farm' -s V -l version -d 'print the program\'s version'

complete -c spritefarm -n '__spritefarm_in bench' -l in-flight -x -d 'sprites in flight in all'
complete -c spritefarm -n '__spritefarm_in bench' -l cpu -x -d 'milliseconds of computing of each sprite'
complete -c spritefarm -n '__spritefarm_in bench' -l report -r -F -d 'a page that shows the figures'
complete -c spritefarm -n '__spritefarm_in bench bench_calls' -l rounds -x -d 'how often each is measured'
complete -c spritefarm -n '__spritefarm_in bench_calls' -l by -x -a 'serial threads pipe shm' -d 'which executors'
complete -c spritefarm -n '__spritefarm_in bench_calls' -l payload -x -d 'sizes of what travels there and back'
complete -c spritefarm -n '__spritefarm_in bench_calls' -l chunk -x -d 'chunk sizes of map()'
complete -c spritefarm -n '__spritefarm_in bench_calls' -l calls -x -d 'calls in each measurement'

complete -c spritefarm -n '__spritefarm_in mirror' -l port -x -d 'listen on this port'
complete -c spritefarm -n '__spritefarm_in mirror' -l root -x -a '(__fish_complete_directories)' -d 'serve this folder'
complete -c spritefarm -n '__spritefarm_in mirror' -l count -x -d 'how many pokémon'
complete -c spritefarm -n '__spritefarm_in bench mirror' -l latency -x -d 'milliseconds to wait before each response'
complete -c spritefarm -n '__spritefarm_in mirror' -l fault -x -d 'spoil a share of the requests' -a '404: 429: 500: 503: truncate: stall: reset: garbage: html:'
complete -c spritefarm -n '__spritefarm_in mirror' -l seed -x -d 'which requests are spoiled'
