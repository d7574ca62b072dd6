;; Asks for 192 MiB of memory before any of its code runs.
;; Limit: the total of memory in a store, when it is instantiated.
(module
  (memory $large 3072)
  (;rule;)
  (;head;)
    (i32.const 512)))
