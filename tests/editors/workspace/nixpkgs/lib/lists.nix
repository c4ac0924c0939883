{ lib }:
{
  /**
    Combines a list's elements from left to right, forcing each intermediate result.

    # Type

    ```
    foldl' :: (b -> a -> b) -> b -> [a] -> b
    ```
  */
  foldl' =
    # The function that takes the result so far and the next element
    op:
    # The result of an empty list
    acc:
    # The list
    list:
    builtins.foldl' op acc list;

  /**
    The integers from `first` to `last`, both included.
  */
  range =
    first: last: if first > last then [ ] else builtins.genList (n: first + n) (last - first + 1);
}
