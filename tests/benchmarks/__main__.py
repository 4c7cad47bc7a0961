from .bench_pages import main

main()
